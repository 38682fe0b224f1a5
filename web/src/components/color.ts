/**
 * Returns the value of a CSS colour variable in a form that a canvas supports. A canvas does not support
 * `light-dark()`, so the colour is set on a temporary element next to `beside`, and its computed value is read.
 */
export function colorOf(beside: HTMLElement, variable: `--${string}`): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  (beside.parentElement ?? document.body).append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
