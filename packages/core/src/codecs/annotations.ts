import { isPlain } from '../inspect.ts';

/** The name under which superjson's annotations mark a list of `lower`. */
export const LIST = 'holdfast';

/**
 * Checks what superjson would follow blindly: every annotation is of a kind that we write, fits the data under it, and is reached
 * by own properties alone. Without this a few bytes build regular expressions, functions or arrays of any length.
 * @throws {Error}
 */
export function checkAnnotations(json: unknown, meta: unknown): void {
  demand(isPlain(meta) && meta.v === 1);
  if (meta.values !== undefined) checkValues(meta.values, json);
  if (meta.referentialEqualities !== undefined) checkReferences(meta.referentialEqualities, json);
}

/** @throws {TypeError} unless it holds: the data is not what we write. */
export function demand(holds: unknown): asserts holds {
  if (!holds) throw new TypeError('not what this codec writes');
}

// `[type]`, `[type, { path: … }]` or `{ path: … }`. Each path goes at least one step down into `json`, whose depth is bounded.
function checkValues(tree: unknown, json: unknown): void {
  let inner = tree;
  if (Array.isArray(tree)) {
    demand(fits(tree[0], json));
    if (tree.length === 1) return;
    inner = tree[1];
  }
  demand(isPlain(inner));
  for (const [path, child] of Object.entries(inner)) checkValues(child, follow(path, json));
}

// `{ source: targets }`, or `[targets of the root, …]`. A target is `null` in the data.
function checkReferences(references: unknown, json: unknown): void {
  const [targetsOfRoot, others] = Array.isArray(references) ? references : [[], references];
  checkTargets(targetsOfRoot, json);
  demand(others === undefined || isPlain(others));
  for (const [source, targets] of Object.entries(others ?? {})) {
    demand(follow(source, json) !== null);
    checkTargets(targets, json);
  }
}

function checkTargets(targets: unknown, json: unknown): void {
  for (const path of targets as Iterable<unknown>) demand(follow(path, json) === null);
}

function fits(type: unknown, json: unknown): boolean {
  if (type === 'undefined') return json === null;
  if (Array.isArray(type)) return type.join() === `custom,${LIST}` && Array.isArray(json);
  if (typeof json !== 'string') return false;
  if (type === 'bigint') return /^-?\d+$/.test(json);
  if (type === 'number') return /^(NaN|-?Infinity|-0)$/.test(json);
  if (type === 'Date') return new Date(json).toISOString() === json;
  return type === 'URL' && new URL(json).href === json;
}

// superjson puts `.` between the steps of a path, and `\` before `.` and `\` inside a step.
function follow(path: unknown, json: unknown): unknown {
  demand(typeof path === 'string');
  // Sticky: a stray `\` ends the path here, and superjson refuses it.
  return (`${path}.`.match(/(?:\\[\\.]|[^\\.])*\./gsy) ?? []).reduce((at: unknown, step) => {
    const key = step.slice(0, -1).replace(/\\(.)/gs, '$1');
    demand(typeof at === 'object' && at && Object.hasOwn(at, key));
    return (at as Record<string, unknown>)[key];
  }, json);
}
