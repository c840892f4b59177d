const LOCK = 'holdfast-examples:tab';
const LOOK_MS = 1_000;

/** Counts the tabs of this site that are alive: each holds a share of one lock, and the browser takes it from a dead one. */
export function followTabs(show: (tabs: number) => void): void {
  if (!navigator.locks) return;
  void navigator.locks.request(LOCK, { mode: 'shared' }, () => new Promise(() => {}));
  async function look(): Promise<void> {
    const { held = [] } = await navigator.locks.query();
    show(held.filter(({ name }) => name === LOCK).length);
    setTimeout(look, LOOK_MS);
  }
  void look();
}
