import type { Contender, Group, Line } from '../src/group.ts';
import { collections } from './collections.ts';
import { files } from './files.ts';
import { keys } from './keys.ts';

export const groups: readonly Group<unknown>[] = [keys, collections, files];

/** A line of a group, by names that pass between Node and a page. */
export interface Place {
  readonly group: string;
  readonly line: string;
}

export function lineAt<Kind extends Line<unknown>['kind']>({ group, line }: Place, kind: Kind): Extract<Line<unknown>, { kind: Kind }> {
  const found = groupAt(group).lines.find(({ id }) => id === line);
  if (found?.kind !== kind) throw new Error(`There is no ${kind} line "${line}" in the group "${group}"`);
  return found as Extract<Line<unknown>, { kind: Kind }>;
}

export function contenderAt({ group }: Pick<Place, 'group'>, contender: string): Contender<unknown> {
  const found = groupAt(group).contenders.find(({ id }) => id === contender);
  if (!found) throw new Error(`There is no contender "${contender}" in the group "${group}"`);
  return found;
}

export function groupAt(group: string): Group<unknown> {
  const found = groups.find(({ id }) => id === group);
  if (!found) throw new Error(`There is no group "${group}"`);
  return found;
}
