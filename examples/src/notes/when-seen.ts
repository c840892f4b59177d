/** Calls `load` when the element comes near the visible part: a ref of React 19, and an attachment of Svelte 5. */
export function whenSeen(load: () => void): (element: Element | null) => () => void {
  return (element) => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load(), { rootMargin: '600px' });
    if (element) observer.observe(element);
    return () => observer.disconnect();
  };
}
