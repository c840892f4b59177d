import { indexedDb } from '@holdfast/core';
import { mountFiles } from '@holdfast/core/files';
import { type FilesSubject, fill, type GuestFS, startGuest } from '../groups/files-subject.ts';

async function mount(FS: GuestFS, name: string): Promise<FilesSubject> {
  const directory = `/${name}`;
  const { flush, close } = await mountFiles(FS, directory, indexedDb({ name })).ready;
  let others = 0;
  return {
    FS,
    directory,
    save: flush,
    another: () => mount(FS, `${name}-${++others}-${Math.random()}`),
    async close() {
      await close();
      FS.unmount(directory);
    },
  };
}

export async function start(): Promise<(name: string, count: number) => Promise<FilesSubject>> {
  const FS = await startGuest();
  return async (name, count) => {
    const subject = await mount(FS, name);
    if (FS.readdir(subject.directory).length === 2) {
      fill(FS, subject.directory, count);
      await subject.save();
    }
    return subject;
  };
}
