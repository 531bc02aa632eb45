import '@lwc/synthetic-shadow';
import components from 'host/components';
import { createElement } from 'lwc';
import { messageOf } from './orgApi.ts';
import { config } from './pageConfig.ts';
import { REFRESH_EVENT, refreshPage } from './shims/refresh.ts';
import { showToasts } from './toasts.ts';

const tagOf = (name: string): string =>
  name.replace(':', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A component that fails says so in its own place and leaves the others alone, as on a real record page. */
async function mount(slot: HTMLElement): Promise<void> {
  const name = slot.dataset['component'] ?? '';
  try {
    const load = components[name];
    if (!load) throw new Error(`There is no component ${name}`);
    const element = createElement(tagOf(name), { is: (await load()).default });
    const properties = JSON.parse(slot.dataset['properties'] ?? '{}') as Record<string, unknown>;
    const { id: recordId, objectApiName } = config.record;
    slot.append(Object.assign(element, { recordId, objectApiName }, properties));
  } catch (fault) {
    const notice = document.createElement('p');
    notice.className = 'host-notice slds-box';
    notice.setAttribute('role', 'alert');
    notice.textContent = `The component ${name} could not be shown: ${messageOf(fault)}`;
    slot.replaceChildren(notice);
    reportError(fault);
  }
}

/** Tabs of a `flexipage:tabset`. */
function startTabs(): void {
  for (const tab of document.querySelectorAll<HTMLElement>('[role=tab][data-host-tab]'))
    tab.addEventListener('click', (event) => {
      event.preventDefault();
      for (const other of tab.closest('[role=tablist]')?.querySelectorAll<HTMLElement>('[data-host-tab]') ?? []) {
        const chosen = other === tab;
        other.setAttribute('aria-selected', String(chosen));
        other.parentElement?.classList.toggle('slds-is-active', chosen);
        const panel = document.getElementById(other.dataset['hostTab'] ?? '');
        panel?.classList.toggle('slds-show', chosen);
        panel?.classList.toggle('slds-hide', !chosen);
      }
    });
}

showToasts();
startTabs();
document.addEventListener(REFRESH_EVENT, () => void refreshPage());
for (const slot of document.querySelectorAll<HTMLElement>('[data-component]')) void mount(slot);
