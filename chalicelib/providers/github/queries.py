"""The GraphQL documents that GitHub is sent."""

_REPOSITORY = """id nameWithOwner hasDiscussionsEnabled isArchived owner{login avatarUrl}
  discussionCategories(first:25,filterByAssignable:true){nodes{id name slug}}"""
_ALL = "[OWNER,COLLABORATOR,ORGANIZATION_MEMBER]"

VIEWER = "query{viewer{databaseId login name avatarUrl(size:128) url}}"

REPOSITORIES = f"""query($after:String){{viewer{{repositories(first:100,after:$after,affiliations:{_ALL},
  ownerAffiliations:{_ALL},orderBy:{{field:PUSHED_AT,direction:DESC}}){{
  nodes{{{_REPOSITORY}}} pageInfo{{hasNextPage endCursor}}}}}}}}"""

NODES = f"query($ids:[ID!]!){{nodes(ids:$ids){{...on Repository{{{_REPOSITORY}}}}}}}"

CATEGORIES = """query($id:ID!){node(id:$id){...on Repository{
  discussionCategories(first:100,filterByAssignable:true){nodes{id name slug emoji description isAnswerable}}}}}"""

LABELS = "query($id:ID!){node(id:$id){...on Repository{labels(first:100){nodes{id name}}}}}"

CREATE = """mutation($in:CreateDiscussionInput!){createDiscussion(input:$in){discussion{id number url createdAt}}}"""

COMMENT = "mutation($in:AddDiscussionCommentInput!){addDiscussionComment(input:$in){comment{id url}}}"

LABEL = "mutation($in:AddLabelsToLabelableInput!){addLabelsToLabelable(input:$in){clientMutationId}}"

LATEST = """query($id:ID!,$category:ID!){node(id:$id){...on Repository{
  discussions(first:100,categoryId:$category,orderBy:{field:CREATED_AT,direction:DESC}){
  nodes{id url body createdAt viewerDidAuthor}}}}}"""

COMMENTS = """query($id:ID!){node(id:$id){...on Discussion{
  comments(last:100){nodes{id url body createdAt viewerDidAuthor}}}}}"""

FATE = """query($id:ID!){node(id:$id){...on Discussion{viewerCanDelete} ...on DiscussionComment{viewerCanDelete}}}"""

DELETE = "mutation($in:DeleteDiscussionInput!){deleteDiscussion(input:$in){clientMutationId}}"

DELETE_COMMENT = """mutation($in:DeleteDiscussionCommentInput!){
  deleteDiscussionComment(input:$in){clientMutationId}}"""

NUMBERS = """query($id:ID!){node(id:$id){
  ...on Discussion{upvoteCount comments{totalCount} reactions{totalCount}}
  ...on DiscussionComment{upvoteCount replies{totalCount} reactions{totalCount}}}}"""
