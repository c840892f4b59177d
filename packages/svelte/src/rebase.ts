import { isTree } from './draft.ts';

/**
 * Applies to `theirs` what was changed from `base` to `ours`: property by property, so that what others have changed beside it stays.
 * What was added at the end of an array comes after theirs; any other change of an array replaces it.
 */
export function rebase<T>(base: T, ours: T, theirs: T): T;
export function rebase(base: unknown, ours: unknown, theirs: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(ours) && Array.isArray(theirs))
    return base.every((item, index) => Object.is(item, ours[index])) ? [...theirs, ...ours.slice(base.length)] : ours;
  if (!isRecord(base) || !isRecord(ours) || !isRecord(theirs)) return ours;
  const properties = Object.keys({ ...theirs, ...ours }).flatMap((name) => {
    const isOurs = !Object.is(base[name], ours[name]);
    if (!Object.hasOwn(isOurs ? ours : theirs, name)) return [];
    return [[name, isOurs ? rebase(base[name], ours[name], theirs[name]) : theirs[name]]];
  });
  return Object.fromEntries(properties);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return isTree(value) && !Array.isArray(value);
}
