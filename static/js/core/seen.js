/**
 * Whether the line for a first visit was put away on this page. No module, and before all else: the
 * page is painted without the line, and nothing moves.
 */
try {
  if (localStorage.getItem(`seen:${location.pathname}`)) document.documentElement.dataset.seen = "";
} catch {
  // Without storage every visit is the first.
}
