import { gql } from 'lightning/graphql';

/** What billing holds for the Account of a deal, as far as it matters before an order. */
export const QUERY = gql`
  query BillingOpportunity($accountId: ID) {
    uiapi {
      query {
        Billing_Account__c(
          first: 200
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Name @optional {
                value
              }
              Number__c @optional {
                value
              }
              Status__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Bill_To_Email__c @optional {
                value
              }
              Bill_To_Name__c @optional {
                value
              }
              Bill_To_Address__c @optional {
                value
              }
              Bill_To_Missing__c @optional {
                value
              }
              Tax_Status__c @optional {
                value
              }
              Source__c @optional {
                value
              }
              Source_Url__c @optional {
                value
              }
            }
          }
        }
        Billing_Subscription__c(
          first: 200
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Number__c @optional {
                value
              }
              Status__c @optional {
                value
              }
              Plan__c @optional {
                value
              }
              MRR__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Term_Type__c @optional {
                value
              }
              Next_Renewal_Date__c @optional {
                value
              }
              Auto_Renew__c @optional {
                value
              }
              Cancel_On__c @optional {
                value
              }
              Pending_Change__c @optional {
                value
              }
              Source__c @optional {
                value
              }
              Source_Url__c @optional {
                value
              }
              Billing_Account__r @optional {
                Id
                Name @optional {
                  value
                }
                Number__c @optional {
                  value
                }
              }
            }
          }
        }
        Billing_Health__c(
          first: 50
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Score__c @optional {
                value
              }
              Tier__c @optional {
                value
              }
            }
          }
        }
        Billing_Balance__c(
          first: 50
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Overdue__c @optional {
                value
              }
            }
          }
        }
        Dunning_Case__c(
          first: 100
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Stage__c @optional {
                value
              }
              Balance__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Next_Step__c @optional {
                value
              }
              Next_Step_At__c @optional {
                value
              }
            }
          }
        }
        Billing_Connection__c(first: 20) @optional {
          edges {
            node {
              Id
              Source__c @optional {
                value
              }
              State__c @optional {
                value
              }
              Checked_Through__c @optional {
                value
              }
              Message__c @optional {
                value
              }
            }
          }
        }
      }
    }
  }
`;
