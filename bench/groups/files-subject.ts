/** What is used of the file system of a guest. */
export interface GuestFS {
  readonly filesystems: { readonly IDBFS: object };
  mkdirTree(path: string): void;
  mount(type: object, options: object, directory: string): { readonly mount: { readonly idbPersistState?: unknown } };
  unmount(directory: string): void;
  readdir(path: string): string[];
  stat(path: string): { readonly size: number };
  writeFile(path: string, data: Uint8Array): void;
  open(path: string, flags: string): object;
  write(stream: object, data: Uint8Array, offset: number, length: number, position: number): number;
  close(stream: object): void;
  syncfs(populate: boolean, callback: (error: unknown) => void): void;
}

/** A directory of a guest, with the files that `count` stands for. */
export interface FilesSubject {
  readonly FS: GuestFS;
  readonly directory: string;
  /** Resolves when everything that was written is stored. */
  save(): Promise<unknown>;
  /** The same directory, empty, under another name. */
  another(): Promise<FilesSubject>;
  close(): Promise<unknown>;
}

const MB = 2 ** 20;
/** A count of one is one large file. */
export const LARGE_BYTES: number = 50 * MB;
export const SMALL_BYTES = 1000;

export function fill(FS: GuestFS, directory: string, count: number): void {
  if (count === 1) FS.writeFile(`${directory}/large`, new Uint8Array(LARGE_BYTES).fill(7));
  else for (let index = 0; index < count; index++) FS.writeFile(`${directory}/f${index}`, new Uint8Array(SMALL_BYTES).fill(index));
}

/** A Python that has just started: it has MEMFS and IDBFS in it. From its own address, because it looks for its other files beside itself. */
export async function startGuest(): Promise<GuestFS> {
  const { loadPyodide } = await import(/* @vite-ignore */ `${location.origin}/pyodide.mjs`);
  return (await loadPyodide({ indexURL: '/' })).FS;
}
