import { isPlain } from '../inspect.ts';
import type { Schema } from '../schema.ts';

/** What a field of a message holds; with `?` it may be missing. */
export type Field = 'text' | 'number' | 'object' | 'any' | 'object?' | 'number?';

/** The messages that an object understands: for each type its fields, in the order in which the short forms give them. */
export type MessageTable = Readonly<Record<string, Readonly<Record<string, Field>>>>;

interface FieldTypes {
  readonly text: string;
  readonly number: number;
  readonly object: Readonly<Record<string, unknown>>;
  readonly any: unknown;
}

type Required<Fields> = {
  readonly [Name in keyof Fields as Fields[Name] extends keyof FieldTypes ? Name : never]: FieldTypes[Fields[Name] & keyof FieldTypes];
};
type Optional<Fields> = {
  readonly [Name in keyof Fields as Fields[Name] extends `${keyof FieldTypes}?`
    ? Name
    : never]?: Fields[Name] extends `${infer Kind extends keyof FieldTypes}?` ? FieldTypes[Kind] : never;
};

/** The messages of a table, each with its `type`. */
export type Command<Table extends MessageTable> = {
  [Type in keyof Table]: { readonly type: Type } & Required<Table[Type]> & Optional<Table[Type]>;
}[keyof Table];

/** The same message with `op` for `type`, which some patches write. */
export type InOp<Message> = Message extends { readonly type: infer Type } ? Omit<Message, 'type'> & { readonly op: Type } : never;

/** A message that was understood, and whether it was written with `op`: so is its answer. */
export interface Understood<Table extends MessageTable> {
  readonly command: Command<Table>;
  readonly tag: 'type' | 'op';
}

/**
 * Reads a message in any of its spellings: `{ type: 'set', key, value }`, the same with `op`, `{ set: [key, value] }`, and the
 * line `set key value`. `undefined`: it is none of the table's. Fields that it does not know it leaves out.
 */
export function understand<Table extends MessageTable>(table: Table, message: unknown): Understood<Table> | undefined {
  const spelt = typeof message === 'string' ? fromLine(table, message) : isPlain(message) ? fromObject(table, message) : undefined;
  if (!spelt || !Object.hasOwn(table, spelt.type)) return undefined;
  const command: Record<string, unknown> = { type: spelt.type };
  for (const [name, field] of Object.entries(table[spelt.type] as Readonly<Record<string, Field>>)) {
    const isThere = Object.hasOwn(spelt.fields, name) && spelt.fields[name] !== undefined;
    if (!isThere && !field.endsWith('?')) return undefined;
    if (!isThere) continue;
    if (!isOf(field, spelt.fields[name])) return undefined;
    command[name] = spelt.fields[name];
  }
  return { command: command as Command<Table>, tag: spelt.tag };
}

/** The table as a Standard Schema: what it gives is the message with `type`. */
export function schemaOf<Table extends MessageTable>(table: Table): Schema<Command<Table>> {
  return {
    '~standard': {
      version: 1,
      vendor: 'holdfast',
      validate(message) {
        const understood = understand(table, message);
        return understood ? { value: understood.command } : { issues: [{ message: unknownCommand(message) }] };
      },
    },
  };
}

export function unknownCommand(message: unknown): string {
  try {
    return `Unknown command: ${JSON.stringify(message)}`;
  } catch {
    return `Unknown command: ${String(message)}`; // a cycle or a bigint
  }
}

function isOf(field: Field, value: unknown): boolean {
  if (field === 'any') return true;
  if (field === 'text') return typeof value === 'string';
  return field.startsWith('number') ? typeof value === 'number' : isPlain(value);
}

interface Spelt {
  readonly type: string;
  readonly tag: 'type' | 'op';
  readonly fields: Readonly<Record<string, unknown>>;
}

function fromObject(table: MessageTable, message: Record<string, unknown>): Spelt | undefined {
  for (const tag of ['type', 'op'] as const) {
    const type = Object.hasOwn(message, tag) ? message[tag] : undefined;
    if (typeof type === 'string') return { type, tag, fields: message };
  }
  const [type, ...others] = Object.keys(message);
  if (type === undefined || others.length > 0) return undefined;
  const given = message[type];
  return fromList(table, type, Array.isArray(given) ? given : [given]);
}

/** A word for each field that is text; what is none takes the rest of the line, as JSON where it can be read as such. */
function fromLine(table: MessageTable, line: string): Spelt | undefined {
  let [type, rest] = cutWord(line.trim());
  const values: unknown[] = [];
  for (const field of Object.values((Object.hasOwn(table, type) && table[type]) || {})) {
    if (rest === '') break;
    const [word, others] = field === 'text' ? cutWord(rest) : [jsonOr(rest), ''];
    values.push(word);
    rest = others;
  }
  return rest === '' ? fromList(table, type, values) : undefined;
}

function cutWord(text: string): [word: string, rest: string] {
  const end = text.search(/\s/);
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end).trimStart()];
}

function fromList(table: MessageTable, type: string, values: readonly unknown[]): Spelt | undefined {
  const names = Object.keys((Object.hasOwn(table, type) && table[type]) || {});
  return { type, tag: 'type', fields: Object.fromEntries(names.map((name, index) => [name, values[index]])) };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
