/** Standard objects that every org of the edition has and this one knowingly has not (Object Reference). */
const NAMES = [
  ...['Order', 'OrderItem', 'Asset', 'ContractContactRole', 'Partner', 'AccountPartner', 'OpportunityPartner'],
  ...['OpportunityCompetitor', 'OpportunityHistory', 'OpportunityFieldHistory', 'AccountHistory', 'ContactHistory'],
  ...['LeadHistory', 'CaseHistory', 'ContractHistory', 'CaseComment', 'CaseContactRole', 'Solution', 'Individual'],
  ...['EmailMessage', 'EmailTemplate', 'Attachment', 'Note', 'Document', 'ContentDocument', 'ContentDocumentLink'],
  ...['ContentVersion', 'FeedComment', 'Topic', 'TopicAssignment', 'PushTopic', 'StreamingChannel'],
  ...['EntityDefinition', 'FieldDefinition', 'EntityParticle', 'ApexClass', 'ApexTrigger', 'ApexPage', 'ApexComponent'],
  ...['AsyncApexJob', 'CronTrigger', 'StaticResource', 'ProcessInstance', 'ProcessInstanceStep'],
  ...['ProcessInstanceWorkitem', 'ProcessDefinition', 'DuplicateRule', 'DuplicateRecordSet', 'DuplicateRecordItem'],
  ...['MatchingRule', 'PermissionSetGroup', 'PermissionSetLicense', 'PermissionSetLicenseAssign', 'UserLicense'],
  ...['LoginHistory', 'AuthSession', 'OauthToken', 'SetupAuditTrail', 'ConnectedApplication', 'BusinessHours'],
  ...['Holiday', 'Period', 'FiscalYearSettings'],
];
const NOT_SIMULATED: ReadonlySet<string> = new Set(NAMES.map((name) => name.toLowerCase()));

/** Whether an org would know an object of this name, in any case, that the simulated one does not. */
export const isNotSimulated = (name: string): boolean => NOT_SIMULATED.has(name.toLowerCase());
