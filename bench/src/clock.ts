const PINGS = 50;

/** Milliseconds since 1970, with the fine step of `performance.now()`. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Lets another page compare its clock with ours. Returns the stop function. */
export function answerClock(): () => void {
  const channel = new BroadcastChannel('clock');
  channel.onmessage = () => channel.postMessage(now());
  return () => channel.close();
}

/** How far the clock of the page that answers is ahead of ours, in milliseconds: half way through the fastest of many round trips. */
export async function clockAhead(): Promise<number> {
  const channel = new BroadcastChannel('clock');
  let fastest = { trip: Number.POSITIVE_INFINITY, ahead: 0 };
  for (let ping = 0; ping < PINGS; ping++) {
    const sent = now();
    const theirs = await new Promise<number>((resolve) => {
      channel.onmessage = ({ data }) => resolve(data);
      channel.postMessage('?');
    });
    const trip = now() - sent;
    if (trip < fastest.trip) fastest = { trip, ahead: theirs - (sent + trip / 2) };
  }
  channel.close();
  return fastest.ahead;
}
