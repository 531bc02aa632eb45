import { gql } from 'lightning/graphql';

/**
 * Filters and sorts only by what everybody who sees a row may read: Salesforce refuses a query whose filter names a
 * field that the user may not read, and `@optional` does not help there. Removed rows are left out afterwards.
 */
export const QUERY = gql`
  query BillingSubscriptions($recordId: ID) {
    uiapi {
      query {
        Billing_Subscription__c(
          first: 200
          where: { Account__c: { eq: $recordId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Number__c @optional {
                value
              }
              Plan__c @optional {
                value
              }
              Status__c @optional {
                value
              }
              Term_Type__c @optional {
                value
              }
              Term_Start_Date__c @optional {
                value
              }
              Term_End_Date__c @optional {
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
              Trial_End_Date__c @optional {
                value
              }
              Pending_Change__c @optional {
                value
              }
              Last_Change__c @optional {
                value
              }
              Last_Change_On__c @optional {
                value
              }
              Billing_Interval__c @optional {
                value
              }
              Quantity__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              MRR__c @optional {
                value
              }
              ARR__c @optional {
                value
              }
              MRR_Reason__c @optional {
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
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`;
