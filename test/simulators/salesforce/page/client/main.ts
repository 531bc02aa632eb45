import '@lwc/synthetic-shadow';
import './loadComponent.ts';
import { createElement } from 'lwc';
import Place from './lwc/force/place/place.ts';
import { config } from './pageConfig.ts';
import { REFRESH_EVENT, refreshPage } from './shims/refresh.ts';
import { showToasts } from './toasts.ts';

/** The server says which component stands where, with the values that the page gives it. */
function fill(slot: HTMLElement): void {
  const given = JSON.parse(slot.dataset['properties'] ?? '{}') as Record<string, unknown>;
  const { id: recordId, objectApiName } = config.record;
  const place = createElement('force-place', { is: Place });
  slot.append(
    Object.assign(place, { name: slot.dataset['component'], properties: { recordId, objectApiName, ...given } }),
  );
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
for (const slot of document.querySelectorAll<HTMLElement>('[data-component]')) fill(slot);
