import { gql } from 'lightning/graphql';

/** The row of health, with those that were Removed when Accounts were merged, the balances of each currency, and the currency that comes first. */
export const QUERY = gql`
  query BillingHealth($recordId: ID) {
    uiapi {
      query {
        Billing_Health__c(
          first: 50
          where: { Account__c: { eq: $recordId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Summary__c @optional {
                value
              }
              Next_Renewal_Date__c @optional {
                value
              }
              Next_Renewal_Number__c @optional {
                value
              }
              As_Of__c @optional {
                value
              }
            }
          }
        }
        Billing_Balance__c(
          first: 50
          where: { Account__c: { eq: $recordId } }
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
              MRR__c @optional {
                value
              }
              ARR__c @optional {
                value
              }
              Outstanding__c @optional {
                value
              }
              Overdue__c @optional {
                value
              }
              Last_Payment_Date__c @optional {
                value
              }
              Last_Payment_Amount__c @optional {
                value
              }
            }
          }
        }
        Account(first: 1, where: { Id: { eq: $recordId } }) @optional {
          edges {
            node {
              Id
              Billing_Currency__c @optional {
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
