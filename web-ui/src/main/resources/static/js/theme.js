// Runs before the page is drawn, so that it never shows the wrong theme first.
'use strict';
(() => {
  const themes = ['auto', 'light', 'dark'];
  let theme = 'auto';
  try {
    theme = localStorage.getItem('theme') ?? 'auto';
  } catch {
    // A browser that keeps nothing: the theme of the system.
  }
  const apply = () => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  apply();
  addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    const tell = () => { button.textContent = `Theme: ${theme}`; };
    tell();
    button.addEventListener('click', () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      try {
        localStorage.setItem('theme', theme);
      } catch {
        // As above.
      }
      apply();
      tell();
      dispatchEvent(new Event('themechange'));
    });
  });
})();
