/** Whether one text comes before another where texts are ordered by their UTF-8 bytes, which is the order of code points. */
export function isBefore(text: string, other: string): boolean {
  const points = Array.from(text, (c) => c.codePointAt(0) as number);
  const others = Array.from(other, (c) => c.codePointAt(0) as number);
  const index = points.findIndex((point, at) => point !== others[at]);
  return index < 0 ? points.length < others.length : (points[index] as number) < (others[index] ?? -1);
}
