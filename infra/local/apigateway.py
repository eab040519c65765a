"""A stand-in for the two API Gateway calls that Chalice makes and MiniStack lacks: ImportRestApi and PutRestApi.

A server on loopback in front of MiniStack, to which Chalice's API Gateway client is pointed. It passes every
request on as it came, but for these two: it reads the Swagger document and makes the same API out of the small
calls that MiniStack has. What API Gateway does with an API, once it is there, is MiniStack's own doing.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import boto3

from infra.local.relay import Handler, Server, forward, serve

REGION = "us-east-1"
PUT = re.compile(r"/restapis/([^/]+)")
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method")

Swagger = dict[str, Any]


def start(aws_port: int, port: int) -> Server:
    """The stand-in, on `port`, in front of the MiniStack on `aws_port`."""
    client = boto3.client(
        "apigateway",
        endpoint_url=f"http://127.0.0.1:{aws_port}",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    class Gateway(Handler):
        def answer(self) -> None:
            body = self.body()
            url = urlsplit(self.path)
            put = PUT.fullmatch(url.path)
            if self.command == "POST" and parse_qs(url.query).get("mode") == ["import"]:
                _reply(self, 201, _import(client, json.loads(body)))
            elif self.command == "PUT" and put:
                _reply(self, 200, _overwrite(client, put[1], json.loads(body)))
            else:
                forward(self, aws_port, self.path, body)

    return serve(Gateway, port)


def _reply(handler: Handler, status: int, api: dict[str, Any]) -> None:
    answer = {name: api[name] for name in ("id", "name", "version", "binaryMediaTypes") if name in api}
    handler.reply(status, json.dumps(answer).encode(), [("Content-Type", "application/json")])


def _import(client: Any, swagger: Swagger) -> dict[str, Any]:
    api = client.create_rest_api(name=swagger["info"]["title"], endpointConfiguration={"types": ["REGIONAL"]})
    return _fill(client, api["id"], swagger)


def _overwrite(client: Any, api: str, swagger: Swagger) -> dict[str, Any]:
    """Take away what was there, the deepest first, for `overwrite` leaves nothing of it, and fill anew."""
    resources = client.get_resources(restApiId=api, limit=500)["items"]
    for resource in sorted(resources, key=lambda each: len(each["path"]), reverse=True):
        if resource["path"] != "/":
            client.delete_resource(restApiId=api, resourceId=resource["id"])
            continue
        for method in resource.get("resourceMethods", {}):
            client.delete_method(restApiId=api, resourceId=resource["id"], httpMethod=method)
    for authorizer in client.get_authorizers(restApiId=api)["items"]:
        client.delete_authorizer(restApiId=api, authorizerId=authorizer["id"])
    return _fill(client, api, swagger)


def _fill(client: Any, api: str, swagger: Swagger) -> dict[str, Any]:
    authorizers = _authorizers(client, api, swagger.get("securityDefinitions", {}))
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    made = {"": root}
    for path, operations in swagger["paths"].items():
        resource = _resource(client, api, made, path)
        for method in METHODS:
            if operation := operations.get(method):
                _method(client, api, resource, method, operation, authorizers)
    _set_binary_types(client, api, swagger.get("x-amazon-apigateway-binary-media-types", []))
    return dict(client.get_rest_api(restApiId=api))


def _set_binary_types(client: Any, api: str, types: list[str]) -> None:
    """By a raw request: MiniStack takes a list here, where API Gateway takes one type a patch."""
    operations = [{"op": "replace", "path": "/binaryMediaTypes", "value": sorted(set(types))}]
    url = f"{client.meta.endpoint_url}/restapis/{api}"
    data = json.dumps({"patchOperations": operations}).encode()
    with urlopen(Request(url, data, {"Content-Type": "application/json"}, method="PATCH"), timeout=10):
        return


def _resource(client: Any, api: str, made: dict[str, str], path: str) -> str:
    """The resource at `path`, with those above it; `made` remembers them all."""
    path = path.rstrip("/")
    if path not in made:
        above, _, part = path.rpartition("/")
        parent = _resource(client, api, made, above)
        made[path] = client.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
    return made[path]


def _authorizers(client: Any, api: str, definitions: dict[str, Any]) -> dict[str, str]:
    """The Lambda authorizers of the document: name to id."""
    found = {}
    for name, definition in definitions.items():
        if settings := definition.get("x-amazon-apigateway-authorizer"):
            found[name] = client.create_authorizer(
                restApiId=api,
                name=name,
                type="TOKEN",
                authorizerUri=settings["authorizerUri"],
                identitySource=f"method.request.header.{definition['name']}",
                authorizerResultTtlInSeconds=int(settings.get("authorizerResultTtlInSeconds", 300)),
            )["id"]
    return found


def _method(
    client: Any, api: str, resource: str, method: str, operation: Swagger, authorizers: dict[str, str]
) -> None:
    verb = "ANY" if method.startswith("x-") else method.upper()
    where = {"restApiId": api, "resourceId": resource, "httpMethod": verb}
    security = [name for entry in operation.get("security", []) for name in entry]
    custom = next((authorizers[name] for name in security if name in authorizers), None)
    client.put_method(
        **where,
        apiKeyRequired="api_key" in security,
        authorizationType="CUSTOM" if custom else "NONE",
        **({"authorizerId": custom} if custom else {}),
    )
    _integration(client, where, operation["x-amazon-apigateway-integration"])


def _integration(client: Any, where: dict[str, str], integration: Swagger) -> None:
    """A Lambda proxy, or the mock that answers a browser's preflight."""
    kind = integration["type"].upper()
    if kind != "MOCK":
        client.put_integration(
            **where, type=kind, integrationHttpMethod=integration["httpMethod"], uri=integration["uri"]
        )
        return
    client.put_integration(**where, type=kind, requestTemplates=integration["requestTemplates"])
    for response in integration["responses"].values():
        headers = response.get("responseParameters", {})
        status = {**where, "statusCode": str(response["statusCode"])}
        client.put_method_response(**status, responseParameters=dict.fromkeys(headers, True))
        client.put_integration_response(**status, responseParameters=headers)
