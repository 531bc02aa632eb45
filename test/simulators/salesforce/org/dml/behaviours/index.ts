import type { SObject } from '../../types.ts';
import { activity, caseBehaviour, task } from './activities.ts';
import { account, contact } from './accounts.ts';
import type { Behaviour } from './behaviour.ts';
import { campaignMember, contract, lead } from './leads.ts';
import { contactRole, lineItem, opportunity } from './opportunities.ts';
import { group, role, user } from './people.ts';
import { priceBook, priceBookEntry } from './prices.ts';
import { share } from './shares.ts';

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  Account: account,
  Contact: contact,
  Lead: lead,
  Opportunity: opportunity,
  OpportunityLineItem: lineItem,
  OpportunityContactRole: contactRole,
  Contract: contract,
  CampaignMember: campaignMember,
  Case: caseBehaviour,
  Task: task,
  Event: activity,
  Pricebook2: priceBook,
  PricebookEntry: priceBookEntry,
  User: user,
  UserRole: role,
  Group: group,
};
const NOTHING: Behaviour = {};

export const behaviourOf = (object: SObject): Behaviour =>
  object.shareOf === undefined ? (BEHAVIOURS[object.name] ?? NOTHING) : share;
