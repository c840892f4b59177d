import type { Ports } from '../ports.ts';

/** Who may write to a volume: one tab at a time, until it ends. */
export interface Ownership {
  /** Whether this tab is the one. */
  readonly isMine: Promise<boolean>;
  release(): void;
}

/** `onMine` is called when the tab that had it is gone, however it went. */
export function takeOwnership(volume: string, ports: Ports, onMine: () => void): Ownership {
  const name = `holdfast:files:${volume}`;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { lock, lockIfFree } = ports;
  if (!lock || !lockIfFree) return { isMine: Promise.resolve(!ports.openBus), release };
  const isMine = new Promise<boolean>((resolve) => {
    lockIfFree(name, () => {
      resolve(true);
      return released;
    }).then(
      () => resolve(false),
      () => resolve(false),
    );
  });
  void isMine.then((isOurs) => {
    if (isOurs) return;
    let isOver = false;
    void released.then(() => {
      isOver = true;
    });
    lock(name, () => {
      if (!isOver) onMine();
      return released;
    }).catch(() => {}); // an opaque origin has no locks: it follows
  });
  return { isMine, release };
}
