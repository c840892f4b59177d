// What the update operators do, in the plainest way: on a copy, in place, with a throw where something cannot be done.
import { equal } from '../../src/equal.ts';
import { isObject, orderOf, pulls } from './oracle.ts';

type Plain = Record<string, unknown>;

interface Slot {
  get(): unknown;
  set(value: unknown): void;
  remove(): void;
}

/** The place at the end of a path. `makes`: also what is on the way to it. */
function slotOf(document: Plain, path: string, makes: boolean): Slot | undefined {
  const steps = path.split('.');
  const last = steps.pop() as string;
  let holder: unknown = document;
  for (const [index, step] of [...steps, last].entries()) {
    if (Array.isArray(holder) ? !/^(0|[1-9]\d*)$/.test(step) : !isObject(holder)) {
      if (makes) throw new Error('in the way');
      return undefined;
    }
    if (index === steps.length) break;
    const inner = holder as Plain;
    if (!Object.keys(inner).includes(step)) {
      if (!makes) return undefined;
      pad(inner, step);
      inner[step] = {};
    }
    holder = inner[step];
  }
  const end = holder as Plain;
  return {
    get: () => (Object.keys(end).includes(last) ? end[last] : undefined),
    set(value) {
      pad(end, last);
      end[last] = value;
    },
    remove() {
      if (!Object.keys(end).includes(last)) return;
      if (Array.isArray(end)) end[last as never] = null as never;
      else delete end[last];
    },
  };
}

function pad(holder: unknown, step: string): void {
  if (Array.isArray(holder)) while (holder.length < Number(step)) holder.push(null);
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => stripped(element) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [key, stripped(part)]),
  );
}

/** Throws where the update is refused. Paths that touch each other are not looked for. */
export function updated(document: Plain, update: Plain, now: number): Plain {
  const copy = structuredClone(document);
  const isPatch = Object.keys(update).every((key) => key[0] !== '$');
  for (const [name, fields] of Object.entries(isPatch ? { $set: update } : update))
    for (const [path, operand] of Object.entries(fields as Plain)) change(copy, name, path, operand, now);
  if (!equal(copy._id, document._id)) throw new Error('_id');
  return copy;
}

// biome-ignore lint/suspicious/noExplicitAny: operands are whatever the operator takes
function change(document: Plain, name: string, path: string, operand: any, now: number): void {
  const old = slotOf(document, path, false)?.get();
  const put = (value: unknown): void => slotOf(document, path, true)?.set(value);
  const list = (): unknown[] => {
    if (old === undefined) return [];
    if (!Array.isArray(old)) throw new Error('no array');
    return [...old];
  };
  switch (name) {
    case '$set':
      if (operand !== undefined) put(stripped(operand));
      else slotOf(document, path, false)?.remove();
      return;
    case '$unset':
      slotOf(document, path, false)?.remove();
      return;
    case '$inc':
    case '$mul': {
      if (old !== undefined && typeof old !== typeof operand) throw new Error('no number');
      const zero = typeof operand === 'bigint' ? 0n : 0;
      put(
        name === '$inc' ? (old === undefined ? operand : (old as number) + operand) : old === undefined ? zero : (old as number) * operand,
      );
      return;
    }
    case '$min':
      if (old === undefined || orderOf(operand, old) < 0) put(operand);
      return;
    case '$max':
      if (old === undefined || orderOf(operand, old) > 0) put(operand);
      return;
    case '$push': {
      const values = list();
      const {
        $each = [operand],
        $position = values.length,
        $sort,
        $slice,
      } = isObject(operand) && '$each' in operand
        ? (operand as never)
        : ({} as { $each?: unknown[]; $position?: number; $sort?: number; $slice?: number });
      const at = $position < 0 ? Math.max(0, values.length + $position) : $position;
      const next = [...values.slice(0, at), ...$each, ...values.slice(at)];
      if ($sort !== undefined) next.sort((a, b) => orderOf(a, b) * $sort);
      put($slice === undefined ? next : $slice === 0 ? [] : $slice > 0 ? next.slice(0, $slice) : next.slice($slice));
      return;
    }
    case '$addToSet': {
      const next = list();
      for (const value of isObject(operand) && '$each' in operand ? (operand.$each as unknown[]) : [operand])
        if (next.every((element) => orderOf(element, value) !== 0)) next.push(value);
      put(next);
      return;
    }
    case '$pull':
      if (old !== undefined) put(list().filter((element) => !pulls(element, operand)));
      return;
    case '$pop':
      if (old !== undefined) put(operand === 1 ? list().slice(0, -1) : list().slice(1));
      return;
    case '$rename': {
      const steps = path.split('.');
      let holder: unknown = document;
      for (const step of steps) {
        if (Array.isArray(holder)) throw new Error('array');
        holder = isObject(holder) && Object.keys(holder).includes(step) ? holder[step] : undefined;
      }
      if (old === undefined) return;
      slotOf(document, path, false)?.remove();
      let target: unknown = document;
      for (const step of operand.split('.')) {
        if (Array.isArray(target)) throw new Error('array');
        target = isObject(target) ? target[step] : undefined;
      }
      slotOf(document, operand, true)?.set(old);
      return;
    }
    case '$currentDate':
      put(new Date(now));
      return;
    default:
      throw new Error(name);
  }
}
