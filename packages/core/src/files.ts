export type { EmscriptenFS } from './files/emscripten.ts';
export type { FileInfo } from './files/listing.ts';
export { type Files, type FilesOptions, type FilesStatus, mountFiles } from './files/mount-files.ts';
