/** How a callout signs itself. */
export type CalloutAuth = {
  username: string;
  password: string;
  domain?: string | null | undefined;
  preemptive: boolean;
};

export type Hmac = {
  algorithm: string;
  /** Template of the text that is signed, with merge fields. */
  data: string;
  /** Header that carries the signature. */
  header: string;
  /** Template of the header's value, where `{{hmac}}` stands for the signature. */
  value: string;
  secret: string;
  format: 'BASE64' | 'HEX';
};

export type CalloutTemplate = {
  id: string;
  name: string;
  description: string | null;
  active: boolean;
  calloutBaseurl: string;
  httpMethod: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  requiredAuth: boolean;
  calloutAuth: CalloutAuth | null;
  requiredOauth2: boolean;
  oauth2ProviderId: string | null;
  hmac: Hmac | null;
  calloutHeaders: Record<string, string>;
  calloutParams: Record<string, string>;
  contentType: 'json' | 'form' | 'xml';
  customRequestBody: string | null;
  calloutRetry: boolean;
  eventTypeName: string;
  createdDate: number;
  updatedDate: number;
};

export type FilterRule = { id: string; condition: string; description: string | null; parameters: unknown };

export type NotificationDefinition = {
  id: string;
  name: string;
  description: string | null;
  active: boolean;
  eventTypeName: string;
  eventTypeNamespace: string;
  communicationProfileId: string | null;
  calloutActive: boolean;
  emailActive: boolean;
  emailTemplateId: string | null;
  calloutTemplateId: string | null;
  associatedAccount: string | null;
  filterRule: FilterRule | null;
  filterRuleParams: unknown;
  createdDate: number;
  updatedDate: number;
};

export type EventTrigger = {
  id: string;
  active: boolean;
  baseObject: string;
  condition: string;
  description: string | null;
  eventType: { name: string; displayName: string; description: string | null };
};

/** A token server that callouts get their bearer from, by client credentials. */
export type OAuthProvider = {
  id: string;
  name: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope: string | null;
};

export type CommunicationProfile = { id: string; name: string; profileNumber: string };

export type CalloutRecord = {
  id: string;
  attemptedNum: number;
  createTime: number;
  eventCategory: string;
  eventContext: Record<string, string>;
  notification: string;
  requestMethod: string;
  requestUrl: string;
  responseCode: number | null;
  responseContent: string;
  objectId: string;
  /** What a resend needs: the event, and the definition that it was for (null: a target of the simulator's options). */
  event: string;
  definitionId: string | null;
  notificationId: string;
};

export type CalloutData = {
  callouts: CalloutRecord[];
  calloutTemplates: CalloutTemplate[];
  notificationDefinitions: NotificationDefinition[];
  eventTriggers: EventTrigger[];
  oauthProviders: OAuthProvider[];
  communicationProfiles: CommunicationProfile[];
};

export const defaultProfileId = '303d186840e611df817c002185d714e1';

export const emptyCallouts = (): CalloutData => ({
  callouts: [],
  calloutTemplates: [],
  notificationDefinitions: [],
  eventTriggers: [],
  oauthProviders: [],
  communicationProfiles: [{ id: defaultProfileId, name: 'Default Profile', profileNumber: 'CP-00000001' }],
});
