import { xmlOf } from '../components/component.ts';
import { childrenOf, textOf } from '../xml/document.ts';
import { absent, at, elementsNamed, fieldAt, firstProblem, has, type Check } from './view.ts';

export const namedCredential: Check = (component, view) =>
  firstProblem(childrenOf(xmlOf(component), 'namedCredentialParameters'), (parameter) => {
    const credential = parameter.children.find((child) => child.name === 'externalCredential');
    return !credential || has(view, 'ExternalCredential', credential.text)
      ? null
      : absent(credential, 'ExternalCredential', credential.text);
  });

/** What the schema declares is read by whoever runs the operations. */
export const externalService: Check = (component, view) =>
  firstProblem(childrenOf(xmlOf(component), 'namedCredentialReference'), (credential) =>
    has(view, 'NamedCredential', credential.text) ? null : absent(credential, 'NamedCredential', credential.text),
  );

export const channelMember: Check = (component, view) => {
  const root = xmlOf(component);
  const channel = root.children.find((child) => child.name === 'eventChannel');
  if (channel && channel.text !== 'ChangeEvents' && !has(view, 'PlatformEventChannel', channel.text))
    return absent(channel, 'PlatformEventChannel', channel.text);
  const entity = root.children.find((child) => child.name === 'selectedEntity');
  const object = entity?.text.replace(/__ChangeEvent$/, '__c').replace(/ChangeEvent$/, '');
  if (entity && !view.schema.object(object ?? ''))
    return at(entity, `The selected entity ${entity.text} isn't available for Change Data Capture.`);
  return firstProblem(elementsNamed(root, 'enrichedFields'), (field) => {
    const name = `${object}.${textOf(field, 'name') ?? ''}`;
    const found = fieldAt(view, name);
    if (!found) return at(field, `Couldn't find the enriched field ${name}.`);
    return found.formula === undefined ? null : at(field, `The enriched field ${name} can't be a formula field.`);
  });
};

export const duplicateRule: Check = (component, view) => {
  const object = component.fullName.split('.')[0]!;
  return firstProblem(elementsNamed(xmlOf(component), 'matchingRule'), (node) =>
    has(view, 'MatchingRule', `${object}.${node.text}`) || node.text.startsWith('Standard_')
      ? null
      : absent(node, 'MatchingRule', `${object}.${node.text}`),
  );
};

export const matchingRule: Check = (component, view) => {
  const object = component.fullName.split('.')[0]!;
  return firstProblem(elementsNamed(xmlOf(component), 'fieldName'), (node) =>
    fieldAt(view, `${object}.${node.text}`) ? null : absent(node, 'CustomField', `${object}.${node.text}`),
  );
};
