import { gql } from 'lightning/graphql';

/** Charges of one subscription, found by its id, which everybody who sees it may read. */
export const QUERY = gql`
  query BillingCharges($subscriptionId: ID) {
    uiapi {
      query {
        Billing_Subscription__c(first: 1, where: { Id: { eq: $subscriptionId } }) @optional {
          edges {
            node {
              Id
              Billing_Charges__r(first: 200) @optional {
                edges {
                  node {
                    Id
                    Name @optional {
                      value
                    }
                    Plan__c @optional {
                      value
                    }
                    Kind__c @optional {
                      value
                    }
                    Model__c @optional {
                      value
                    }
                    Quantity__c @optional {
                      value
                    }
                    Unit__c @optional {
                      value
                    }
                    Price__c @optional {
                      value
                    }
                    Price_Period__c @optional {
                      value
                    }
                    Tiers__c @optional {
                      value
                    }
                    Included_Units__c @optional {
                      value
                    }
                    Discounts__c @optional {
                      value
                    }
                    Billing_Interval__c @optional {
                      value
                    }
                    MRR__c @optional {
                      value
                    }
                    MRR_Reason__c @optional {
                      value
                    }
                    Currency_Code__c @optional {
                      value
                    }
                    Status__c @optional {
                      value
                    }
                    Segment__c @optional {
                      value
                    }
                    Start_Date__c @optional {
                      value
                    }
                    End_Date__c @optional {
                      value
                    }
                    Trial_End_Date__c @optional {
                      value
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`;
