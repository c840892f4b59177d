import { type FilesSubject, fill, type GuestFS, startGuest } from '../groups/files-subject.ts';

/** The next task, sooner than a timer. */
function nextTask(): Promise<unknown> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
}

async function mount(FS: GuestFS, name: string, autoPersist: boolean): Promise<FilesSubject> {
  const directory = `/${name}`;
  FS.mkdirTree(directory);
  const root = FS.mount(FS.filesystems.IDBFS, { autoPersist }, directory);
  const sync = (populate: boolean): Promise<void> =>
    new Promise((resolve, reject) => FS.syncfs(populate, (error) => (error ? reject(error) : resolve())));
  await sync(true);
  let others = 0;
  return {
    FS,
    directory,
    async save() {
      if (!autoPersist) return sync(false);
      while (root.mount.idbPersistState) await nextTask();
    },
    another: () => mount(FS, `${name}-${++others}-${Math.random()}`, autoPersist),
    async close() {
      FS.unmount(directory);
    },
  };
}

type Open = (name: string, count: number) => Promise<FilesSubject>;

async function start(autoPersist: boolean): Promise<Open> {
  const FS = await startGuest();
  return async (name, count) => {
    const subject = await mount(FS, name, autoPersist);
    if (FS.readdir(subject.directory).length === 2) {
      fill(FS, subject.directory, count);
      await subject.save();
    }
    return subject;
  };
}

export const startBySync = (): Promise<Open> => start(false);
export const startAutoPersist = (): Promise<Open> => start(true);
