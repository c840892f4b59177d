import type { ColdLine, Group, PairedLine } from '../src/group.ts';
import { type FilesSubject, fill, LARGE_BYTES, SMALL_BYTES } from './files-subject.ts';

const SIZES = [
  { count: 1_000, text: '1000 files of 1 kB' },
  { count: 10_000, text: '10 000 files of 1 kB' },
  { count: 1, text: 'one file of 50 MB' },
];

/** A line with one operation a block: what it leaves behind is cleaned up before the next. */
function line(
  id: string,
  title: string,
  count: number,
  work: (subject: FilesSubject) => Promise<unknown>,
  fillMs = 1,
): PairedLine<FilesSubject> {
  return {
    id,
    kind: 'paired',
    title,
    count,
    fillMs,
    block: (subject) => async (times) => {
      for (let done = 0; done < times; done++) await work(subject);
    },
    settle() {},
  };
}

function firstSave({ count, text }: (typeof SIZES)[number]): PairedLine<FilesSubject> {
  return line(`first-${count}`, `${text} written and saved for the first time`, 0, async (subject) => {
    const other = await subject.another();
    fill(other.FS, other.directory, count);
    await other.save();
    await other.close();
  });
}

function load({ count, text }: (typeof SIZES)[number]): ColdLine<FilesSubject> {
  const size = count === 1 ? LARGE_BYTES : SMALL_BYTES;
  return {
    id: `load-${count}`,
    kind: 'cold',
    title: `new page: ${text} until all are there`,
    count,
    fill: async () => true,
    read: ({ FS, directory }) => [FS.readdir(directory).length - 2, FS.stat(`${directory}/${count === 1 ? 'large' : 'f0'}`).size],
    expected: () => [count, size],
  };
}

const small = SIZES.slice(0, 2);
let changes = 0;

const lines = [
  ...SIZES.map(firstSave),
  ...small.map(({ count, text }) => line(`none-${count}`, `${text}, nothing changed, saved`, count, ({ save }) => save(), 20)),
  ...small.map(({ count, text }) =>
    line(
      `one-${count}`,
      `${text}, one of them changed, until stored`,
      count,
      ({ FS, directory, save }) => {
        FS.writeFile(`${directory}/f500`, new Uint8Array(SMALL_BYTES).fill(++changes));
        return save();
      },
      20,
    ),
  ),
  line(
    'page',
    'one file of 50 MB, 4 kB of it changed, until stored',
    1,
    ({ FS, directory, save }) => {
      const stream = FS.open(`${directory}/large`, 'r+');
      FS.write(stream, new Uint8Array(4096).fill(++changes), 0, 4096, 4096 * (changes % 10_000));
      FS.close(stream);
      return save();
    },
    20,
  ),
  ...SIZES.map(load),
];

export const files: Group<FilesSubject> = {
  id: 'files',
  title: 'Files of a guest',
  contenders: [
    { id: 'holdfast-files', name: 'Holdfast', load: () => import('../contenders/holdfast-files.ts').then((m) => m.start()) },
    {
      id: 'idbfs',
      name: 'IDBFS, syncfs',
      against: 'holdfast-files',
      load: () => import('../contenders/idbfs.ts').then((m) => m.startBySync()),
    },
    {
      id: 'idbfs-auto',
      name: 'IDBFS, autoPersist',
      against: 'holdfast-files',
      load: () => import('../contenders/idbfs.ts').then((m) => m.startAutoPersist()),
    },
  ],
  lines,
  goals: [
    ...['one-1000', 'one-10000', 'page'].map((id) => ({ line: id, contender: 'idbfs', atLeast: 10 })),
    ...['first-1000', 'first-10000', 'first-1', 'load-1000', 'load-1'].map((id) => ({ line: id, contender: 'idbfs', atLeast: 1 })),
    { line: 'load-10000', contender: 'idbfs', atLeast: 2 },
  ],
};
