export type { EmscriptenFS } from './files/emscripten.ts';
export { readTree, type TreeEntry, writeTree } from './files/file-tree.ts';
export { importIdbfs } from './files/import-idbfs.ts';
export type { FileInfo } from './files/listing.ts';
export { type Files, type FilesOptions, type FilesStatus, mountFiles } from './files/mount-files.ts';
