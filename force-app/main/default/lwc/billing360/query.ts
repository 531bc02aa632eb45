import { gql } from 'lightning/graphql';

/** The billing accounts of an Account, to name and link them, and how their connections stand. */
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
