export { decodePath } from './key-path.ts';
export type { Limits } from './server/limits.ts';
export { type Caller, type ServeOptions, serve } from './server/serve.ts';
