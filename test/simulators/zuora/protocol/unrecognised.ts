/** A body of CRUD names fields that the object has not got, in a call that wanted to be told of them. */
export class UnrecognisedFields extends Error {}
