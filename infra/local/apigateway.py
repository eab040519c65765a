"""A stand-in for the two API Gateway calls that Chalice makes and MiniStack lacks: ImportRestApi and PutRestApi.

A server on loopback in front of MiniStack, to which Chalice's API Gateway client is pointed. It passes every
request on as it came, but for these two: it reads the Swagger document and makes the same API out of the small
calls that MiniStack has. What API Gateway does with an API, once it is there, is MiniStack's own doing.
"""

import json
import re
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from infra.local.relay import Handler, Server, forward, serve

REGION = "us-east-1"
KEYS = ("test", "test")
JSON = [("Content-Type", "application/json")]
PUT = re.compile(r"/restapis/([^/]+)")
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method")

Swagger = dict[str, Any]


def start(aws_port: int, port: int) -> Server:
    """The stand-in, on `port`, in front of the MiniStack on `aws_port`."""
    client = boto3.client(
        "apigateway",
        endpoint_url=f"http://127.0.0.1:{aws_port}",
        region_name=REGION,
        aws_access_key_id=KEYS[0],
        aws_secret_access_key=KEYS[1],
    )

    class Gateway(Handler):
        def answer(self) -> None:
            body = self.body()
            try:
                if (api := _answered(client, self.command, self.path, body)) is None:
                    forward(self, aws_port, self.path, body)
                else:
                    self.reply(200, json.dumps(api).encode(), JSON)
            except (ClientError, HTTPError, KeyError) as error:
                self.reply(400, json.dumps({"message": f"The stand-in could not: {error!r}"}).encode(), JSON)

    return serve(Gateway, port)


def _answered(client: Any, method: str, path: str, body: bytes) -> dict[str, Any] | None:
    """The API that one of the two calls made; None for every other call."""
    url = urlsplit(path)
    if method == "POST" and parse_qs(url.query).get("mode") == ["import"]:
        return _told(_import(client, json.loads(body)))
    if method == "PUT" and (put := PUT.fullmatch(url.path)):
        return _told(_overwrite(client, put[1], json.loads(body)))
    return None


def _told(api: dict[str, Any]) -> dict[str, Any]:
    return {name: api[name] for name in ("id", "name", "version", "binaryMediaTypes") if name in api}


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
    """By a request made by hand: MiniStack takes a list here, where API Gateway takes one type a patch."""
    operations = [{"op": "replace", "path": "/binaryMediaTypes", "value": sorted(set(types))}]
    url = f"{client.meta.endpoint_url}/restapis/{api}"
    data = json.dumps({"patchOperations": operations}).encode()
    patch = AWSRequest("PATCH", url, {"Content-Type": "application/json"}, data)
    SigV4Auth(Credentials(*KEYS), "apigateway", REGION).add_auth(patch)
    with urlopen(Request(url, data, dict(patch.headers), method="PATCH"), timeout=10):
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
