import type { Field, SObject } from '../../org/types.ts';
import { xmlOf } from '../components/component.ts';
import { childrenOf, textOf, type XmlNode } from '../xml/document.ts';
import { absent, at, elementsNamed, fieldAt, firstProblem, has, isCustomName, type Check, type View } from './view.ts';
import { keyOf } from '../components/component.ts';

/** Targets of a bundle's configuration by kind of page (LWC guide, "XML Configuration File Elements"). */
const TARGETS: Readonly<Record<string, string>> = {
  RecordPage: 'lightning__RecordPage',
  AppPage: 'lightning__AppPage',
  HomePage: 'lightning__HomePage',
  UtilityBar: 'lightning__UtilityBar',
};

function componentProblem(node: XmlNode, page: XmlNode, view: View): ReturnType<Check> {
  const name = node.text;
  if (/^(?!c:)\w+:/.test(name)) return null;
  const bundle = view.components.get(keyOf('LightningComponentBundle', name.replace(/^c:/, '')));
  const full = `c:${name.replace(/^c:/, '')}`;
  if (!bundle) return at(node, `We couldn't retrieve the design time component information for component ${full}.`);
  const root = xmlOf(bundle);
  const type = textOf(page, 'type') ?? '';
  const targets = elementsNamed(root, 'target').map((target) => target.text);
  if (textOf(root, 'isExposed') !== 'true' || !targets.includes(TARGETS[type] ?? ''))
    return at(node, `The '${full}' component isn't available for ${type} pages.`);
  const configs = elementsNamed(root, 'targetConfig').filter((config) =>
    (config.attributes['targets'] ?? '').split(',').some((one) => one.trim() === TARGETS[type]),
  );
  const objects = configs.flatMap((config) => elementsNamed(config, 'object')).map((object) => object.text);
  const object = textOf(page, 'sobjectType') ?? '';
  return objects.length > 0 && !objects.includes(object)
    ? at(node, `The '${full}' component isn't available for ${object} pages.`)
    : null;
}

export const flexiPage: Check = (component, view) => {
  const root = xmlOf(component);
  const object = root.children.find((child) => child.name === 'sobjectType');
  if (object && !view.schema.object(object.text)) return absent(object, 'CustomObject', object.text);
  const facets = new Set(childrenOf(root, 'flexiPageRegions').map((region) => textOf(region, 'name')));
  const identifiers = elementsNamed(root, 'identifier').map((one) => one.text);
  return (
    firstProblem(elementsNamed(root, 'componentName'), (node) => componentProblem(node, root, view)) ??
    firstProblem(elementsNamed(root, 'componentInstanceProperties'), (property) => {
      const value = textOf(property, 'value') ?? '';
      return !/^Facet-/.test(value) || facets.has(value) ? null : at(property, `The facet ${value} doesn't exist.`);
    }) ??
    firstProblem(elementsNamed(root, 'fieldItem'), (item) => {
      const name = `${object?.text ?? ''}.${item.text.replace(/^Record\./, '')}`;
      return fieldAt(view, name) ? null : at(item, `Something went wrong. We couldn't find the field ${name}.`);
    }) ??
    firstProblem(elementsNamed(root, 'identifier'), (node) =>
      identifiers.filter((one) => one === node.text).length > 1
        ? at(node, `The identifier '${node.text}' is used more than once.`)
        : null,
    )
  );
};

/** Fields that every layout of the object holds: the name that people give, and custom ones that are always filled. */
const neededOnLayout = ({ fields, nameField }: SObject): Field[] =>
  [...fields.values()].filter(
    ({ name, custom, required, autoNumber }) => !autoNumber && (name === nameField || (custom && required)),
  );

export const layout: Check = (component, view) => {
  const object = component.fullName.split('-')[0]!;
  const root = xmlOf(component);
  const entity = view.schema.object(object);
  if (!entity) return at(root, `Parent entity failed to deploy`);
  const held = new Set(elementsNamed(root, 'layoutItems').map((item) => textOf(item, 'field')));
  const missing = neededOnLayout(entity).find(({ name }) => !held.has(name));
  return (
    firstProblem(elementsNamed(root, 'layoutItems'), (item) => {
      const field = item.children.find((child) => child.name === 'field');
      if (!field || !isCustomName(field.text) || fieldAt(view, `${object}.${field.text}`)) return null;
      return absent(field, 'CustomField', `${object}.${field.text}`);
    }) ??
    (missing ? at(root, `Layout must contain an item for required layout field: ${missing.name}`) : null) ??
    firstProblem(elementsNamed(root, 'platformActionListItems'), (item) => {
      const action = item.children.find((child) => child.name === 'actionName');
      if (!action?.text.includes('.') || textOf(item, 'actionType') !== 'QuickAction') return null;
      return has(view, 'QuickAction', action.text) ? null : absent(action, 'QuickAction', action.text);
    }) ??
    firstProblem(elementsNamed(root, 'relatedList'), ({ text, line, column }) => {
      const [child = '', field = ''] = text.split('.');
      if (!isCustomName(child) || fieldAt(view, `${child}.${field}`)) return null;
      return { problem: `Cannot find related list:${text}`, line, column };
    })
  );
};

export const quickAction: Check = (component, view) => {
  const root = xmlOf(component);
  const target = textOf(root, 'targetObject') ?? component.fullName.split('.')[0]!;
  return firstProblem(root.children, (node) => {
    switch (node.name) {
      case 'targetObject':
        return view.schema.object(node.text) ? null : absent(node, 'CustomObject', node.text);
      case 'lightningWebComponent':
        return has(view, 'LightningComponentBundle', node.text)
          ? null
          : absent(node, 'LightningComponentBundle', node.text);
      case 'flowDefinition':
        return has(view, 'Flow', node.text) ? null : absent(node, 'Flow', node.text);
      case 'fieldOverrides':
      case 'quickActionLayout':
        return firstProblem(elementsNamed(node, 'field'), (field) =>
          fieldAt(view, `${target}.${field.text}`) ? null : absent(field, 'CustomField', `${target}.${field.text}`),
        );
      default:
        return null;
    }
  });
};

export const customTab: Check = (component, view) => {
  const root = xmlOf(component);
  if (textOf(root, 'customObject') === 'true' && !view.schema.object(component.fullName))
    return at(root, `no CustomObject named ${component.fullName} found`);
  return firstProblem(root.children, (node) => {
    const type = { lwcComponent: 'LightningComponentBundle', flexiPage: 'FlexiPage' }[node.name];
    return !type || has(view, type, node.text) ? null : absent(node, type, node.text);
  });
};

export const customApplication: Check = (component, view) =>
  firstProblem(xmlOf(component).children, (node) => {
    switch (node.name) {
      case 'tabs':
      case 'defaultLandingTab':
        return node.text.startsWith('standard-') || has(view, 'CustomTab', node.text)
          ? null
          : at(node, `In field: tab - no CustomTab named ${node.text} found`);
      case 'utilityBar':
        return has(view, 'FlexiPage', node.text) ? null : absent(node, 'FlexiPage', node.text);
      case 'actionOverrides':
      case 'profileActionOverrides':
        return firstProblem(childrenOf(node, 'content'), (content) =>
          has(view, 'FlexiPage', content.text) ? null : absent(content, 'FlexiPage', content.text),
        );
      default:
        return null;
    }
  });
