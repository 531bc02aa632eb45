import { gql } from 'lightning/graphql';

/** What stands above the lists: everything that there is once an Account, a currency, a month or an unpaid invoice. */
export const QUERY = gql`
  query Billing360($recordId: ID) {
    uiapi {
      query {
        Billing_Account__c(
          first: 200
          where: { Account__c: { eq: $recordId } }
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
              Source__c @optional {
                value
              }
              Source_Url__c @optional {
                value
              }
            }
          }
        }
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
              Score__c @optional {
                value
              }
              Tier__c @optional {
                value
              }
              Reasons__c @optional {
                value
              }
              Churn_Risk__c @optional {
                value
              }
              Churn_Risk_Score__c @optional {
                value
              }
              Churn_Risk_Reasons__c @optional {
                value
              }
              Recommended_Action__c @optional {
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
              Not_Due__c @optional {
                value
              }
              Days_1_30__c @optional {
                value
              }
              Days_31_60__c @optional {
                value
              }
              Days_61_90__c @optional {
                value
              }
              Over_90_Days__c @optional {
                value
              }
              Last_Payment_Date__c @optional {
                value
              }
              Last_Payment_Amount__c @optional {
                value
              }
              Lifetime_Value__c @optional {
                value
              }
            }
          }
        }
        Billing_MRR_Month__c(
          first: 200
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
              Month__c @optional {
                value
              }
              Opening__c @optional {
                value
              }
              New__c @optional {
                value
              }
              Expansion__c @optional {
                value
              }
              Contraction__c @optional {
                value
              }
              Churn__c @optional {
                value
              }
              Reactivation__c @optional {
                value
              }
              Closing__c @optional {
                value
              }
            }
          }
        }
        Dunning_Case__c(
          first: 100
          where: { Account__c: { eq: $recordId } }
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
              Invoice_Number__c @optional {
                value
              }
              Amount__c @optional {
                value
              }
              Balance__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Attempts__c @optional {
                value
              }
              First_Failure__c @optional {
                value
              }
              Last_Failure__c @optional {
                value
              }
              Decline_Code__c @optional {
                value
              }
              Decline_Reason__c @optional {
                value
              }
              Next_Step__c @optional {
                value
              }
              Next_Step_At__c @optional {
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
        Account(first: 1, where: { Id: { eq: $recordId } }) @optional {
          edges {
            node {
              Id
              Name @optional {
                value
              }
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
