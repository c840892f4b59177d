import type { StoreError } from '../errors.ts';
import { type Command, type MessageTable, understand, unknownCommand } from './message-table.ts';
import type { Failure, Settled, Spelt } from './patch-messages.ts';
import type { PatchScope, PatchStorage } from './patch-storage.ts';

export interface MessageObjectOptions<Answer> {
  patch: PatchStorage;
  /** The id of the node, which names its store as long as it has no name. */
  node: string;
  /** The name of the store, shared by all nodes that use it. @default '': the node's own */
  store?: string;
  /** Its outlet: every answer, and what a subscription tells. */
  send: (answer: Spelt<Answer>) => void;
}

/** An object of a patch: answers messages one after the other. */
export interface PatchObject<Answer> {
  /** Answers through `send`, and resolves to the same answer. Never rejects: a failure is an answer. */
  receive(message: unknown): Promise<Spelt<Answer>>;
  /** Ends its subscriptions. */
  close(): void;
}

/** What the commands of an object work with. */
export interface Workplace<Answer> {
  readonly scope: PatchScope;
  setStore(name: string): Settled;
  /** Resolves to the number of the subscription. What `start` tells is sent behind the answer that says the number. */
  open(start: (subscription: number, tell: (answer: Answer) => void) => Promise<() => void>): Promise<number>;
  end(subscription: number): Settled;
}

export function messageObject<Table extends MessageTable, Answer extends { readonly type: string }>(
  table: Table,
  { patch, node, store = '', send }: MessageObjectOptions<Answer>,
  obey: (command: Command<Table>, workplace: Workplace<Answer>) => Promise<Answer>,
): PatchObject<Answer> {
  const stops = new Map<number, () => void>();
  let name = store;
  let last = 0;
  let turn: Promise<unknown> = Promise.resolve();
  /** What subscriptions tell while a message is answered. */
  let held: Spelt<Answer>[] | undefined;

  function tell(answer: Spelt<Answer>): void {
    if (held) held.push(answer);
    else send(answer);
  }

  async function answerTo(message: unknown): Promise<Spelt<Answer>> {
    const understood = understand(table, message);
    if (!understood) return { type: 'error', message: unknownCommand(message) } satisfies Failure as unknown as Answer;
    const spell = (answer: Answer | Failure): Spelt<Answer> => {
      if (understood.tag === 'type') return answer as Answer;
      const { type, ...fields } = answer;
      return { op: type, ...fields } as unknown as Spelt<Answer>;
    };
    try {
      const answer = await obey(understood.command, {
        scope: name === '' ? patch.node(node) : patch.store(name),
        setStore(value) {
          name = value;
          return { type: 'setStore', value, ok: true };
        },
        async open(start) {
          const subscription = ++last;
          stops.set(subscription, await start(subscription, (told) => stops.has(subscription) && tell(spell(told))));
          return subscription;
        },
        end(subscription) {
          stops.get(subscription)?.();
          return { type: 'unsubscribe', subscription, ok: stops.delete(subscription) };
        },
      });
      return spell(answer);
    } catch (error) {
      return spell(failureOf(error));
    }
  }

  async function answer(message: unknown): Promise<Spelt<Answer>> {
    held = [];
    const answered = await answerTo(message);
    const behind = held;
    held = undefined;
    for (const each of [answered, ...behind]) send(each);
    return answered;
  }

  return {
    receive(message) {
      const answered = turn.then(() => answer(message));
      turn = answered.catch(() => {}); // the outlet threw: whoever sent the message hears of it
      return answered;
    },
    close() {
      for (const stop of stops.values()) stop();
      stops.clear();
    },
  };
}

export function failureOf(error: unknown): Failure {
  const { message, code } = (error ?? {}) as Partial<StoreError>;
  return { type: 'error', message: message || String(error), ...(code ? { code } : {}) };
}
