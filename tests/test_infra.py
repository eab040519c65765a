"""The platforms, the template, Chalice's configuration and its policies say the same."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml  # type: ignore[import-untyped]
from moto import mock_aws

from infra import config, lanes, preflight, redrive, secrets, template
from infra import policies as made
from infra.lanes import Lane

CHALICE = config.ROOT / ".chalice"
STAGES = ("local", "dev", "prod")
PLATFORMS = (Lane("x", "X", 1), Lane("linkedin-page", "LinkedIn Page", 2), Lane("facebook", "Facebook", 100))


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return dict(template.template("prod", PLATFORMS)["Resources"])


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield lambda name: boto3.client(name)


def properties(resources: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(resources[name]["Properties"])


def test_the_committed_template_is_what_the_platforms_make() -> None:
    assert template.TEMPLATE.read_text() == template.text(), "run: make generate"
    assert yaml.safe_load(template.text()) == template.template("prod", lanes.registered())


def test_the_committed_configuration_has_a_publisher_for_every_platform() -> None:
    known = lanes.registered()
    made = config.with_all_at_home(config.with_publishers(config.read(), known), known)
    assert config.read() == made, "run: make generate"


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_names_platforms_that_exist(stage: str) -> None:
    environment = config.environment(stage)
    assert environment["STAGE"] == stage
    assert lanes.chosen(lanes.registered(), lanes.keys(environment["PLATFORMS"]))


def test_a_template_of_every_platform_fits_into_one_request() -> None:
    many = [Lane(f"platform-{number}", "Platform", 2) for number in range(35)]
    assert len(template.body("prod", many)) < 51_200


def test_one_at_a_time_is_a_fifo_queue_with_dead_letters_of_its_kind(resources: dict[str, Any]) -> None:
    queue = properties(resources, "XQueue")
    assert queue["QueueName"] == "lamppost-prod-x.fifo"
    assert queue["FifoQueue"] is True
    assert queue["ContentBasedDeduplication"] is True
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadFifoQueue", "Arn"]}
    assert properties(resources, "DeadFifoQueue")["FifoQueue"] is True


@pytest.mark.parametrize(("name", "queue"), [("LinkedinPage", "linkedin-page"), ("Facebook", "facebook")])
def test_more_at_a_time_is_a_standard_queue(resources: dict[str, Any], name: str, queue: str) -> None:
    found = properties(resources, f"{name}Queue")
    assert found["QueueName"] == f"lamppost-prod-{queue}"
    assert "FifoQueue" not in found
    assert found["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadQueue", "Arn"]},
        "maxReceiveCount": 5,
    }


def test_a_message_stays_hidden_a_little_longer_than_its_function_may_run(resources: dict[str, Any]) -> None:
    functions = config.read()["lambda_functions"]
    hidden = {
        "DueQueue": "release",
        "OutboxQueue": "outbox",
        "DeadQueue": "dead",
        "DeadFifoQueue": "dead_fifo",
    }
    for queue, function in hidden.items():
        assert properties(resources, queue)["VisibilityTimeout"] == 30 + functions[function]["lambda_timeout"]
    for lane in PLATFORMS:
        visible = properties(resources, f"{lane.name}Queue")["VisibilityTimeout"]
        assert visible == 30 + config.publisher(lane)["lambda_timeout"]


def test_dead_letters_are_kept_for_a_fortnight(resources: dict[str, Any]) -> None:
    for name in ("DeadQueue", "DeadFifoQueue"):
        assert properties(resources, name)["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_every_function_has_a_log_group_that_forgets(resources: dict[str, Any]) -> None:
    groups = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::Logs::LogGroup"]
    functions = {"" if name == "api_handler" else f"-{name}" for name in config.read()["lambda_functions"]}
    functions = {tail for tail in functions if not tail.startswith("-publish_")}
    functions |= {f"-{lane.function}" for lane in PLATFORMS}
    assert {group["LogGroupName"] for group in groups} == {f"/aws/lambda/lamppost-prod{f}" for f in functions}
    assert {group["RetentionInDays"] for group in groups} == {30}
    assert "log_retention_in_days" not in json.dumps(config.read()), "Chalice sets the wrong group"


def test_a_reservation_is_what_the_platform_allows() -> None:
    functions = config.read()["lambda_functions"]
    for lane in lanes.registered():
        assert functions[lane.function]["reserved_concurrency"] == lane.concurrency
    others = [f for name, f in functions.items() if not name.startswith("publish_")]
    assert not [function for function in others if "reserved_concurrency" in function]


def test_production_keeps_its_data_and_only_the_local_stage_speaks_plain_http() -> None:
    prod = template.template("prod", PLATFORMS)["Resources"]
    local = template.template("local", PLATFORMS)["Resources"]
    for name in ("Table", "Key", "Media"):
        assert prod[name]["DeletionPolicy"] == "Retain"
        assert local[name]["DeletionPolicy"] == "Delete"
    queues = {name for name, resource in prod.items() if resource["Type"] == "AWS::SQS::Queue"}
    assert {queue["Ref"] for queue in properties(prod, "Tls")["Queues"]} == queues
    assert "Tls" not in local


def test_what_a_resource_points_at_is_there(resources: dict[str, Any]) -> None:
    text = json.dumps(resources)
    named = set(re.findall(r'"Ref": "(\w+)"', text)) | set(re.findall(r'"Fn::GetAtt": \["(\w+)"', text))
    assert named <= set(resources) | {"AWS"}
    assert "AWS::AccountId" in text


def policies() -> list[Path]:
    return sorted(CHALICE.glob("policy-*.json"))


@pytest.mark.parametrize("file", policies(), ids=lambda file: file.stem)
def test_a_policy_allows_only_what_is_ours(file: Path) -> None:
    for statement in json.loads(file.read_text())["Statement"]:
        assert all("*" not in action for action in statement["Action"])
        ours = all("lamppost" in resource for resource in statement["Resource"])
        assert ours or "alias/lamppost-*" in json.dumps(statement.get("Condition", {}))


def test_every_function_has_a_policy_that_exists() -> None:
    named = {function["iam_policy_file"] for function in config.read()["lambda_functions"].values()}
    assert named == {file.name for file in policies()}


def test_the_committed_policies_are_those_that_are_made() -> None:
    assert {file.name for file in policies()} == {f"policy-{name}.json" for name in made.POLICIES}
    for name in made.POLICIES:
        assert (CHALICE / f"policy-{name}.json").read_text() == made.text(name) + "\n", "run: make generate"


@pytest.mark.parametrize("name", made.POLICIES)
def test_a_deploy_gives_a_stage_what_is_its_own(name: str) -> None:
    for statement in json.loads(made.text(name, "dev"))["Statement"]:
        places = [*statement["Resource"], *_aliases(statement)]
        assert all("lamppost-dev" in each or "lamppost/dev" in each for each in places if "key/*" not in each)
        assert not [each for each in places if "lamppost-*" in each or "lamppost/*" in each]


def _aliases(statement: dict[str, Any]) -> list[str]:
    condition = statement.get("Condition", {}).get("ForAnyValue:StringLike", {})
    return [condition["kms:ResourceAliases"]] if condition else []


def test_the_files_are_those_of_every_stage_again_after_a_deploy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "FOLDER", tmp_path)
    with made.of_stage("dev"):
        assert "lamppost-*" not in (tmp_path / "policy-api.json").read_text()
    assert (tmp_path / "policy-api.json").read_text() == made.text("api") + "\n"


def test_only_those_who_schedule_may_hand_over_the_schedulers_role() -> None:
    for file in policies():
        text = file.read_text()
        assert ("iam:PassRole" in text) == ("scheduler:CreateSchedule" in text)
        assert ("iam:PassRole" in text) == ('"iam:PassedToService": "scheduler.amazonaws.com"' in text)


def test_a_platform_that_does_not_exist_stops_the_deploy() -> None:
    with pytest.raises(SystemExit, match="No such platform: myspace"):
        lanes.chosen(PLATFORMS, ("x", "myspace"))


class Account:
    """Lambda's answers about an account."""

    class exceptions:
        class ResourceNotFoundException(Exception): ...

    def __init__(self, limit: int, free: int, ours: dict[str, int] | None = None) -> None:
        self.limit, self.free, self.ours = limit, free, ours or {}

    def get_account_settings(self) -> dict[str, Any]:
        return {
            "AccountLimit": {
                "ConcurrentExecutions": self.limit,
                "UnreservedConcurrentExecutions": self.free,
            }
        }

    def get_function_concurrency(self, **asked: str) -> dict[str, int]:
        name = asked["FunctionName"]
        if name not in self.ours:
            raise self.exceptions.ResourceNotFoundException
        return {"ReservedConcurrentExecutions": self.ours[name]}


def test_an_account_with_room_is_deployed_to() -> None:
    assert preflight.reservations(Account(1000, 1000), "prod", PLATFORMS) is None


def test_what_is_reserved_already_is_not_counted_twice() -> None:
    ours = {"lamppost-prod-publish_x": 1, "lamppost-prod-publish_facebook": 100}
    assert preflight.reservations(Account(203, 102, ours), "prod", PLATFORMS) is None


def test_a_new_account_is_told_what_to_ask_for() -> None:
    why = preflight.reservations(Account(10, 10), "prod", PLATFORMS)
    assert why
    assert "10 Lambdas" in why
    assert "Ask for 203 or more" in why


def test_an_env_file_is_read_as_people_write_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nexport X_API_KEY='a b'\nX_API_SECRET=c # new\nEMPTY=\nQUOTED=\"d#e\"\n")
    assert secrets.read(file) == {"X_API_KEY": "a b", "X_API_SECRET": "c", "QUOTED": "d#e"}


def test_secrets_are_put_by_stage_and_the_session_key_is_made_once(aws: Any) -> None:
    ssm = aws("ssm")
    secrets.put(ssm, "dev", {"X_API_KEY": "key"})
    secrets.ensure_session_key(ssm, "dev")
    first = ssm.get_parameter(Name="/lamppost/dev/SESSION_KEY", WithDecryption=True)["Parameter"]
    secrets.ensure_session_key(ssm, "dev")
    again = ssm.get_parameter(Name="/lamppost/dev/SESSION_KEY", WithDecryption=True)["Parameter"]
    assert first["Value"] == again["Value"]
    assert first["Type"] == "SecureString"
    assert secrets.present(ssm, "dev") == {"X_API_KEY", "SESSION_KEY"}


def test_dead_letters_go_back_to_due(aws: Any) -> None:
    sqs = aws("sqs")
    due = sqs.create_queue(QueueName="lamppost-dev-due")["QueueUrl"]
    dead = sqs.create_queue(QueueName="lamppost-dev-dead")["QueueUrl"]
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    serial = sqs.create_queue(QueueName="lamppost-dev-dead.fifo", Attributes=fifo)["QueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody="one")
    sqs.send_message(QueueUrl=serial, MessageBody="two", MessageGroupId="all")
    assert redrive.redrive(sqs, "dev") == 2
    found = sqs.receive_message(QueueUrl=due, MaxNumberOfMessages=10)["Messages"]
    assert sorted(message["Body"] for message in found) == ["one", "two"]


def test_nothing_names_a_place_that_packages_come_from() -> None:
    files = [*config.ROOT.glob("requirements*.txt"), *config.ROOT.glob("infra/local/*.txt")]
    assert len(files) == 3
    assert not [file for file in files if re.search(r"://|^--", file.read_text(), re.MULTILINE)]
