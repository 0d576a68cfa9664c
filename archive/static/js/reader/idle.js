/* When the browser has nothing better to do. */

export const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 200));
