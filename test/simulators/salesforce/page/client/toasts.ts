import { TOAST_EVENT, type Toast } from './shims/platformShowToastEvent.ts';

const SHOWN_MS = 5000;

/** Shows what bundles report by ShowToastEvent, at the top of the page. */
export function showToasts(): void {
  const holder = document.createElement('div');
  holder.className = 'slds-notify_container host-toasts';
  document.body.append(holder);
  document.addEventListener(TOAST_EVENT, (event) => {
    const { title = '', message = '', variant = 'info' } = (event as CustomEvent<Toast>).detail;
    const toast = document.createElement('div');
    toast.className = `slds-notify slds-notify_toast slds-theme_${variant}`;
    toast.setAttribute('role', 'status');
    const text = document.createElement('div');
    text.className = 'slds-notify__content';
    for (const [className, part] of [
      ['slds-text-heading_small', title],
      ['', message],
    ] as const) {
      if (part === '') continue;
      const line = document.createElement('p');
      line.className = className;
      line.textContent = part;
      text.append(line);
    }
    toast.append(text);
    holder.append(toast);
    setTimeout(() => toast.remove(), SHOWN_MS);
  });
}
