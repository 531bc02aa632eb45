/** Text as it may stand in HTML and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** JSON as it may stand in a script element. */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** `light`, `dark` or `classic` (the look before SLDS 2, light alone) by the address, else what the reader's system prefers. */
export type Theme = 'light' | 'dark' | 'classic' | 'system';

const THEMES: readonly Theme[] = ['light', 'dark', 'classic'];
export const themeOf = (value: unknown): Theme => THEMES.find((theme) => theme === value) ?? 'system';

/** App and tabs in the header; a tab without address leads nowhere. */
export type Navigation = { app: string; tabs: readonly { label: string; url: string | null }[] };

export type Frame = {
  title: string;
  userName: string;
  navigation?: Navigation;
  theme: Theme;
  /** URLs of style sheets. */
  styles: readonly string[];
  /** Elements for the head beside title, icon and styles. */
  head?: string;
  body: string;
};

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%230250d9%22/%3E%3C/svg%3E';

function navigationHtml({ app, tabs }: Navigation): string {
  const links = tabs.map(({ label, url }) =>
    url === null ? `<span>${escapeHtml(label)}</span>` : `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`,
  );
  return `<strong><a href="/">${escapeHtml(app)}</a></strong>
<nav aria-label="Tabs">${links.join(' ')}</nav>
<form action="/lightning/search" role="search"><input class="slds-input" type="search" name="term" placeholder="Search..." aria-label="Search"></form>
`;
}

/** A page with the slim header that all pages have. */
export function framed({ title, userName, navigation, theme, styles, head = '', body }: Frame): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} | Salesforce</title>
<link rel="icon" href="${ICON}">
${styles.map((url) => `<link rel="stylesheet" href="${url}">`).join('\n')}
${head}
</head>
<body class="slds-color-scheme_${theme === 'classic' ? 'light' : theme}">
<header class="host-header">
${navigation ? navigationHtml(navigation) : ''}<span class="host-user">${escapeHtml(userName)}</span>
</header>
${body}
</body>
</html>
`;
}

/** A page that only says something. */
export const message = (heading: string, text: string): string =>
  `<main class="host-message"><h1 class="slds-text-heading_medium">${escapeHtml(heading)}</h1><p>${escapeHtml(text)}</p></main>`;

/**
 * Moves the page's Date by the offset of the simulators' clock; must run before any other script. `simClock.set` follows
 * a clock that moves while the page is open.
 */
export const clockScript = (offsetMs: number): string => `(() => {
  const Real = Date;
  let offset = ${offsetMs};
  const now = () => Real.now() + offset;
  const Shifted = new Proxy(Real, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length ? args : [now()], newTarget === Shifted ? target : newTarget),
    apply: () => new Real(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
  Real.prototype.constructor = Shifted;
  window.Date = Shifted;
  window.simClock = { set(offsetMs) { offset = offsetMs; } };
})();`;
