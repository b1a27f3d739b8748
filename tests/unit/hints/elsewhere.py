"""Hints that no scene of this folder tries: why not, and which test stands for them.

Those of a real cluster are tried on Apache Kafka in tests/kafka, which need no account but Java.
"""

_GROUP = "tests/kafka/test_refusals.py::test_a_group_that_works_otherwise_is_named_with_what_to_set"
_STATIC = (
    "tests/kafka/test_refusals.py::test_a_consumer_whose_static_id_was_taken_says_which_setting"
)
_EVENTS = (
    "tests/kafka/test_refusals.py::test_events_that_the_topic_does_not_take_are_counted_by_reason"
)
_ANSWERS = "tests/kafka/test_answers.py::"
_MADE = "tests/unit/broker/test_error_hints.py::test_what_a_broker_answers_never_blames_its_address"
_PASSED_ON = "tests/unit/broker/test_error_hints.py::test_every_setting_that_a_hint_names_is_taken"
_REGISTRY = "tests/kafka/test_registry.py::"
_ASKED = "tests/unit/registry/test_avro.py::"
_WRITTEN = "tests/unit/registry/test_writer.py::"
_LOOKED = "tests/unit/registry/test_examined.py::"
_SERVICE = "tests/integration/service/test_processes.py::"
_RESET = "tests/kafka/test_offset_reset.py::"
_ACCOUNT = "needs an account of Snowflake"

ELSEWHERE: dict[str, str] = {
    # -- of what is changed in the console: an editor is a person's, a folder's mode too
    "change it in an editor": (
        "tests/unit/config/test_edit.py::test_a_value_that_another_line_refers_to_is_not_changed"
    ),
    "make its folder writable, or change the file in an editor": (
        "tests/unit/config/test_edit.py::test_a_file_that_cannot_be_written_is_told_with_its_name"
    ),
    "correct the line, or remove the file": (
        "tests/unit/config/test_contexts.py::test_what_is_wrong_is_told_with_its_place"
    ),
    "docs/console.md describes the file": (
        "tests/unit/config/test_contexts.py::test_what_is_wrong_is_told_with_its_place"
    ),
    "give one of {names}": (
        "tests/unit/config/test_contexts.py::test_no_file_is_no_context_and_names_are_told"
    ),
    "{file} names them, a table for each: [staging]": (
        "tests/unit/config/test_contexts.py::test_no_file_is_no_context_and_names_are_told"
    ),
    # -- of pipelines that are not orders, and of a file that several processes use
    "dropship --run consume stores them": "tests/unit/jobs/test_export.py, and what consumes "
    "any pipeline: tests/pipelines/test_jobs.py",
    "fix the file": "tests/pipelines/test_load.py",
    "the first event makes it: `dropship --run produce`; or KAFKA_TOPIC names another": (
        "tests/faults/test_broker_topic.py::"
        "test_a_broker_that_was_started_for_another_pipeline_takes_events"
    ),
    "until then task and procedure merge as before": (
        "tests/snowflake/test_defaults.py::"
        "test_the_doctor_tells_of_a_default_that_the_merge_has_not_taken_yet"
    ),
    "leave --deletes out, or name an envelope or tombstones in [event]": (
        "tests/pipelines/test_produce_deletes.py::test_made_up_events_have_deletes_where_the_definition_has"
    ),
    "leave --deletes out, or use --mode stream": (
        "tests/pipelines/test_produce_deletes.py::test_made_up_events_have_deletes_where_the_definition_has"
    ),
    "leave --late out, or name a time or a count as the version in [event]": (
        "tests/pipelines/test_produce.py"
    ),
    "line 1 lacks the column {names}": "tests/unit/pipeline/test_reference_csv.py",
    "the columns are separated by {separator}, not by commas": (
        "tests/integration/cli/test_asked_first.py"
    ),
    "it does not share it": "tests/integration/warehouse/test_shared.py",
    "{reason}; {advice}": "both are hints of their own",
    "it was ended or stopped; another one takes over, or it goes on": (
        "needs a process that holds the file and is killed: tests/faults/test_shared_warehouse.py"
    ),
    "write COALESCE({column}, {placeholder}) for the column there": (
        "tests/unit/pipeline/test_defaults.py::"
        "test_a_folder_whose_merge_does_not_take_a_default_is_refused"
    ),
    "nothing is written any more: end every process that uses it, put the file back (without one "
    "a new file is made), and start again": "tests/faults/test_removed_warehouse.py",
    "{log} belongs to another file: put that one back, or move the log away": (
        "tests/faults/test_removed_warehouse.py"
    ),
    # -- of the service, which is a process of its own
    "`dropship` attaches to it, `dropship --run stop` ends it": _SERVICE
    + "test_it_stores_what_others_publish_tells_how_it_is_and_stops",
    "start one with `dropship --run serve`, or name its folder with --data-dir": _SERVICE
    + "test_it_stores_what_others_publish_tells_how_it_is_and_stops",
    "it ended, was stopped or hangs; `dropship --run serve` starts one": _SERVICE
    + "test_a_service_that_is_stopped_in_its_tracks_is_told_of",
    "use the same version, or end it: kill {pid}": (
        "tests/integration/service/test_server.py::"
        "test_another_protocol_is_refused_and_told_by_whom"
    ),
    "`dropship --run stop` ends it": (
        "tests/integration/service/test_server.py::test_a_service_of_something_else_is_refused"
    ),
    "it still stores what its broker holds; its log tells how far it is": (
        "needs a service that takes three minutes to end"
    ),
    "its log tells why: {file}": "tests/integration/service/test_background.py",
    # -- what no scene of a moment shows
    "see whether the partition has a leader, or wait longer with --timeout": (
        "needs a broker that falls silent in the midst of reading: "
        "tests/pipelines/test_topic.py::test_a_partition_that_stays_silent_is_told"
    ),
    # -- answers of a schema registry
    "start it, or set KAFKA_SCHEMA_REGISTRY_URL to where it listens": _REGISTRY
    + "test_a_registry_that_stops_is_waited_for_and_nothing_becomes_a_dead_letter",
    "see that producers and consumers use the same registry": _REGISTRY
    + "test_an_id_that_is_registered_later_is_waited_for",
    "see KAFKA_SCHEMA_REGISTRY_USER and KAFKA_SCHEMA_REGISTRY_PASSWORD": _ASKED
    + "test_who_is_refused_is_told_at_once_and_who_is_not_answered_waits",
    "see the registry's own log": _ASKED
    + "test_who_is_refused_is_told_at_once_and_who_is_not_answered_waits",
    "name the file of its certificate authority: KAFKA_SCHEMA_REGISTRY_CA": _ASKED
    + "test_a_certificate_is_trusted_by_the_file_of_its_authority",
    "name a file of certificates in PEM": _ASKED
    + "test_a_certificate_is_trusted_by_the_file_of_its_authority",
    "run `make registry`, or pip install 'dropship[registry]'": _ASKED
    + "test_without_the_extra_it_says_how_to_install_it",
    "formats are JSON, Avro and JSON Schema": _WRITTEN
    + "test_without_the_right_schema_nothing_is_written",
    "set format in [event], or register the right schema": _WRITTEN
    + "test_without_the_right_schema_nothing_is_written",
    "fix the event, or the schema": _WRITTEN + "test_what_is_not_of_the_schema_is_told",
    "set KAFKA_SCHEMA_REGISTRY_URL": _LOOKED + "test_nothing_is_said_where_none_is_used",
    "producers that name subjects otherwise are fine; else see that they use it": _LOOKED
    + "test_the_schema_is_compared_with_the_definition",
    "records of this schema may become dead letters: fix definition or schema": _LOOKED
    + "test_the_schema_is_compared_with_the_definition",
    "set format in [event], or fix the producer": _LOOKED
    + "test_the_schema_is_compared_with_the_definition",
    # -- answers of a real cluster
    "set KAFKA_TOPIC_PARTITIONS and KAFKA_TOPIC_REPLICATION and run `dropship --run setup`, which "
    "creates it; or create it with the tools of the cluster; or name another one with KAFKA_TOPIC": (  # noqa: E501
        "tests/kafka/test_jobs.py::test_setup_shows_the_topic_and_makes_it_once, and beside a "
        "console tests/kafka/test_console.py::"
        "test_a_missing_topic_is_told_and_once_it_is_there_events_go_out"
    ),
    "give every member of the group the same KAFKA_CONF_GROUP_PROTOCOL and "
    "KAFKA_CONF_PARTITION_ASSIGNMENT_STRATEGY, or name a group of its own with KAFKA_GROUP_ID": _GROUP,  # noqa: E501
    "set KAFKA_CONF_GROUP_REMOTE_ASSIGNOR to one of group.consumer.assignors of the cluster "
    "(uniform, range), or leave it out": (
        f"{_ANSWERS}test_an_assignor_that_the_cluster_does_not_have_names_the_setting"
    ),
    "another consumer of the group runs with the same KAFKA_CONF_GROUP_INSTANCE_ID: give each one "
    "its own, or leave it out": _STATIC,
    "the record is larger than is allowed: raise max.message.bytes of the topic, and "
    "KAFKA_CONF_MESSAGE_MAX_BYTES here where it is over 1,000,000 bytes": _EVENTS,
    "set KAFKA_TOPIC_REPLICATION to at most the number of brokers": (
        "tests/kafka/test_jobs.py::test_more_copies_than_brokers_is_an_error_of_one_line"
    ),
    "check that {brokers} can be reached from here: the cluster sends its clients there "
    "(advertised.listeners of the brokers)": (
        "tests/kafka/test_refusals.py::test_a_job_goes_on_once_the_advertised_address_opens"
    ),
    "check that the brokers run, and that the address named here can be reached": (
        "tests/kafka/test_refusals.py::test_a_producer_whose_advertised_address_closes_names_it"
    ),
    "check KAFKA_CONF_SECURITY_PROTOCOL and the KAFKA_CONF_SASL_ and _SSL_ settings": (
        "tests/kafka/test_security.py::test_a_refused_login_is_one_clear_line, the right settings "
        "in tests/kafka/test_security.py::test_the_pipeline_runs_through"
    ),
    "give this user the right {right}; docs/kafka.md lists all rights": (
        "tests/kafka/test_acls.py::test_without_write_produce_and_replay_say_so, all of them "
        "given in tests/kafka/test_acls.py::test_the_table_is_enough_for_every_job"
    ),
    "{right}, on brokers before 3.0 also IdempotentWrite on the cluster": (
        "needs a broker before 3.0; the right itself: "
        "tests/kafka/test_acls.py::test_without_write_produce_and_replay_say_so"
    ),
    "give this user the rights that docs/kafka.md lists": (
        "tests/kafka/test_acls.py::test_the_table_is_enough_for_every_job"
    ),
    "this user may not do all there: it lacks {rights}; docs/kafka.md says what for": (
        "tests/kafka/test_acls.py::test_describe_is_enough_to_watch"
    ),
    "the producer of that transaction must commit or abort it; nothing after it is read": (
        "tests/kafka/test_unread.py::test_what_waits_behind_an_open_transaction_is_left_and_said"
    ),
    "create the topic, or name another one with KAFKA_TOPIC": (
        "tests/kafka/test_jobs.py::test_a_consumer_waits_for_its_topic"
    ),
    "nothing of it was stored under the former one; reading begins anew": (
        "asks for nothing: tests/kafka/test_topic.py::"
        "test_nothing_of_a_new_topic_is_stored_under_the_former_one"
    ),
    "it records them as gaps; keep records longer (retention.ms)": (
        "tests/kafka/test_topic.py::test_retention_before_reading_is_an_exact_gap"
    ),
    "name another group with KAFKA_GROUP_ID": (
        f"a broker gives it for an empty name only, which is refused before: {_MADE}; another "
        "name is taken in the scene of names in tests/unit/hints/settings.py"
    ),
    "set KAFKA_CONF_SESSION_TIMEOUT_MS within group.min.session.timeout.ms and "
    "group.max.session.timeout.ms of the cluster": (
        f"{_ANSWERS}test_a_session_that_is_too_short_names_the_setting"
    ),
    "name another topic with KAFKA_TOPIC: letters, digits, dot, _ and -, at most 249": (
        f"{_ANSWERS}test_a_name_that_collides_with_another_topic_asks_for_another_one"
    ),
    "set KAFKA_TOPIC_PARTITIONS to what the cluster allows": (
        f"a broker gives it for none or fewer, and a topic that is there is not made; both are "
        f"refused before: {_MADE}; the setting: tests/kafka/test_jobs.py::"
        "test_setup_shows_the_topic_and_makes_it_once"
    ),
    "the cluster does not know this request: leave out KAFKA_CONF_GROUP_PROTOCOL=consumer on "
    "one before 4.0": (f"{_ANSWERS}test_a_cluster_that_lacks_the_new_protocol_names_the_setting"),
    "the cluster lacks this feature: take out the KAFKA_CONF_ setting that asks for it": (
        f"needs a broker of before 1.0; that the code leads to it: {_MADE}"
    ),
    "set another KAFKA_CONF_COMPRESSION_TYPE": (
        f"needs a broker of before 2.1, which has no zstd: {_MADE}; the setting: {_PASSED_ON}"
    ),
    "run it again: the client starts anew, and what was acknowledged stays": (
        f"needs a broker that lost what it knows of a producer: {_MADE}; that a file may be "
        "published again: tests/integration/producer/test_replay.py::"
        "test_a_second_replay_gives_the_same_orders_in_the_same_partitions"
    ),
    "start the missing brokers: fewer copies are in sync than the topic asks for": (
        f"{_ANSWERS}test_too_few_copies_in_sync_asks_to_start_the_missing_broker"
    ),
    "nobody acknowledged it in time: see that the topic's brokers run, then send it again": (
        "tests/integration/producer/test_undelivered.py::test_records_that_time_out_are_failed"
    ),
    "the topic takes no such records: see its cleanup.policy and message.timestamp settings": (
        f"{_ANSWERS}test_what_a_compacted_topic_refuses_names_its_setting, "
        f"{_ANSWERS}test_times_that_the_topic_does_not_take_name_its_setting"
    ),
    "set the clock of this machine right, or the message.timestamp settings of the topic": (
        f"brokers before 2.4 say so, newer ones as in "
        f"{_ANSWERS}test_times_that_the_topic_does_not_take_name_its_setting; {_MADE}"
    ),
    "a rule of the cluster forbids it: ask who runs the cluster": (
        f"needs a policy class on the broker, or 10,000 partitions at once; asks a person: {_MADE}"
    ),
    "end another member: the group has as many as group.max.size of the cluster allows": (
        f"{_ANSWERS}test_a_group_that_is_full_asks_to_end_a_member"
    ),
    "publish at a lower rate, or ask for a higher quota": (
        f"a producer over its quota is slowed down and told nothing; only what changes a "
        f"cluster is refused so: {_MADE}; the rate: tests/integration/producer/test_replay.py::"
        "test_a_rate_is_kept_and_can_be_changed_while_running"
    ),
    "a disk of the broker failed: its log tells which": (
        f"needs a broken disk; asks a person: {_MADE}"
    ),
    "a broker answered so: its log, or who runs the cluster, can tell more": (
        f"any other answer; asks a person: {_MADE}"
    ),
    "the client itself gave up: check the KAFKA_CONF_ settings, and see the log": (
        "a defect of the client or of its settings; settings it refuses are told before: "
        "tests/unit/hints/flow.py, the scene of client settings"
    ),
    # -- an account
    "SNOW_WAREHOUSE names one; the role needs USAGE on it: see docs/snowflake.md": (
        f"{_ACCOUNT}; told in tests/snowflake/test_doctor.py::test_what_keeps_an_account_from_working"  # noqa: E501
    ),
    "give the pipeline a role of its own: docs/snowflake.md": (
        f"{_ACCOUNT}; told in tests/snowflake/test_doctor.py::test_what_keeps_an_account_from_working"  # noqa: E501
    ),
    "after the cause is fixed": (
        f"{_ACCOUNT}; told in tests/snowflake/test_doctor.py::test_what_keeps_an_account_from_working"  # noqa: E501
    ),
    "by the owner of the tables": (
        "tests/snowflake/test_content.py::test_tables_of_an_earlier_version_are_completed_by_setup"
    ),
    "setup adds columns that came later": (
        "tests/snowflake/test_content.py::test_tables_of_an_earlier_version_are_completed_by_setup"
    ),
    "--print shows what it creates to whoever may": (
        "tests/snowflake/test_faults_tables.py::"
        "test_fault_26_setup_makes_dropped_tables_again_and_all_is_read_again"
    ),
    "the owner of the tables runs `dropship --run setup`, which makes and grants it": (
        "tests/snowflake/test_procedure.py::"
        "test_a_procedure_that_is_gone_is_made_again_by_setup_as_its_hint_says"
    ),
    "an administrator runs what `dropship --run setup --print` shows": (
        "tests/snowflake/test_setup.py::test_what_is_missing_and_may_not_be_made_is_an_error"
    ),
    "check account, user and the login that is set": (
        "tests/snowflake/test_doctor.py::test_a_login_that_is_refused_is_told_at_once"
    ),
    "check the network and https://status.snowflake.com; retrying automatically": (
        "tests/snowflake/test_faults_absence.py::"
        "test_fault_10_a_warehouse_that_goes_away_is_waited_for"
    ),
    "it looks at the connection, the role and the tables": (
        "tests/snowflake/test_faults_tables.py::"
        "test_fault_26_what_goes_missing_under_a_consumer_ends_it"
    ),
    "its run may still end, seen in the Warehouse pane; SNOW_TRANSFORM=client needs no task": (
        f"{_ACCOUNT}: on the fake a run ends before EXECUTE TASK does; "
        "tests/unit/warehouse/test_snowflake_merge.py::test_a_task_that_never_runs_is_given_up"
    ),
    "the Warehouse pane shows its runs; SNOW_TRANSFORM=client merges without it": (
        "tests/snowflake/test_tasks.py::test_a_task_that_fails_is_told_and_loses_nothing"
    ),
    "nothing was stored; retrying automatically": (
        "asks for nothing: tests/snowflake/test_faults_uploads.py::"
        "test_fault_14_a_large_batch_is_stored_once_whatever_is_cut"
    ),
    # -- a disk, memory, or a file that gives out
    "make room on the disk and run again: what was confirmed is safe": (
        "tests/faults/test_disk_full.py::test_fault_21_a_full_disk_under_the_warehouse_loses_nothing"
    ),
    "Free some disk space, give another --output, or generate fewer rows.": (
        "tests/faults/test_disk_full.py::"
        "test_fault_21_a_full_disk_under_seed_files_leaves_none_half_written"
    ),
    "make room or choose another --data-dir": (
        "a full disk under an export of the console, as in "
        "tests/faults/test_disk_full.py::test_fault_21_a_full_disk_under_reports_is_said_and_leaves_no_part"
    ),
    "nothing was changed; give DuckDB more with DUCKDB_MEMORY_LIMIT_MB": (
        "tests/integration/warehouse/test_duckdb_memory.py::"
        "test_what_can_never_fit_is_refused_and_changes_no_limit"
    ),
    "what was confirmed is safe; the file is opened again": (
        "asks for nothing: tests/integration/warehouse/test_duckdb_memory.py::"
        "test_the_file_is_opened_again_where_duckdb_gave_up"
    ),
    "it was closed while this was under way; what was confirmed is safe": (
        "asks for nothing: tests/integration/warehouse/test_duckdb_closing.py::"
        "test_threads_that_come_meanwhile_are_told_that_it_is_closed"
    ),
    "it was left as it is: check the path and its permissions, or restore a copy": (
        "tests/faults/test_damaged_warehouse.py::test_fault_30_a_directory_in_its_place_is_said"
    ),
    "nothing was written; the consumer reads again from the stored offsets": (
        "asks for nothing: tests/integration/consumer/test_consumer.py::"
        "test_a_fenced_batch_is_dropped_and_reading_goes_on_at_the_stored_offset"
    ),
    "nothing to do: the next job that opens the warehouse adds them": (
        "asks for nothing: tests/integration/warehouse/test_duckdb_upgrade.py::"
        "test_the_doctor_says_that_it_is_older_and_what_happens"
    ),
    # -- findings that a person must judge
    "find out what happened to the topic before anything is read from it": (
        "asks for a judgement: tests/unit/consumer/test_retention.py::"
        "test_a_topic_cut_before_the_stored_offset_is_a_loss_be_it_by_one_record"
    ),
    # -- a replay that is stopped by what runs beside it
    "they are still listed: replay them again once the broker answers": (
        "tests/integration/dlq/test_replay_failures.py::"
        "test_what_was_not_acknowledged_in_time_stays_listed_and_is_told_by_number"
    ),
    "stop the producer, or replay once the broker answers": (
        "tests/unit/dlq/test_replay_capacity.py::test_a_turn_is_waited_for_told_after_a_while_and_given_up"
    ),
    "start the consumer, then replay the rest": (
        "tests/integration/dlq/test_replay.py::test_a_full_broker_ends_it_and_what_went_out_is_marked"
    ),
    # -- the console, and the program itself
    "stop it, then start the demonstration again": (
        "tests/integration/controller/test_controller.py::"
        "test_a_demonstration_does_not_take_the_work_of_others_for_its_own"
    ),
    "damaged records are read again from the topic": (
        "beside the command of the doctor: tests/integration/controller/test_controller.py::"
        "test_a_damaged_record_is_put_back_from_the_topic_byte_for_byte_and_merged_again"
    ),
    "run it again with --debug to see where it happened": (
        "tests/integration/cli/test_contract.py::test_debug_shows_the_traceback"
    ),
    "the log has the details: {file}": (
        "tests/integration/cli/test_contract.py::test_a_defect_ends_with_4_and_the_log_has_the_traceback"
    ),
    "make the environment with another Python: PYTHON=python3.12 make install": (
        "needs a second Python; the bounds: "
        "tests/integration/doctor/test_doctor.py::test_versions_in_bounds"
    ),
    "run `make install`: it installs the versions of the lock file": (
        "an environment of its own costs minutes; told in "
        "tests/integration/doctor/test_doctor.py::test_a_library_of_another_version_fails"
    ),
    "the log has the details; `make install` fixes a broken environment": (
        "an environment of its own costs minutes; told in tests/integration/doctor/test_doctor.py::"
        "test_a_check_that_hangs_or_breaks_leaves_the_others_alone"
    ),
    # -- pipelines of one's own
    "`dropship --run produce --mode stream` makes up events by its definition": (
        "tests/pipelines/test_produce.py::test_made_up_events_are_valid"
    ),
    "put one of them there, name a file with --input, or use --mode stream": (
        "tests/pipelines/test_produce.py::test_rows_of_csv_become_events, "
        "tests/pipelines/test_produce.py::test_json_lines_go_out_as_they_are"
    ),
    "name a file with --input, or use --mode stream": (
        "tests/pipelines/test_produce.py::test_json_lines_go_out_as_they_are"
    ),
    "name a file of CSV or JSON lines": (
        "tests/pipelines/test_produce.py::test_json_lines_go_out_as_they_are"
    ),
    "widen min and max, or give the field a hint: choices": (
        "tests/pipelines/test_produce.py::test_numbers_within_any_bounds_are_made"
    ),
    "https://faker.readthedocs.io names them, for example name or user_name": (
        "tests/pipelines/test_produce.py::test_hints_are_followed"
    ),
    "give the field a hint: choices, a sequence, a provider of Faker": (
        "tests/pipelines/test_produce.py::test_hints_are_followed"
    ),
    "name a table of [references], or give another hint": (
        "tests/pipelines/test_produce.py::test_hints_are_followed"
    ),
    "name its folder with --input": "tests/pipelines/test_produce.py::test_hints_are_followed",
    # -- of what a person asks
    "put a backslash before signs that stand for themselves": "tests/unit/query/test_records.py",
    "begin, end, 2@1200 (partition and offset), 15m, 14:05 or 2026-11-29 14:05": (
        "tests/unit/query/test_since.py"
    ),
    "begin, end, 1200 (an offset), 15m, 14:05 or 2026-11-29 14:05; "
    "2@ before it means partition 2 alone": "tests/unit/operations/test_offset_target.py",
    "give begin, end or an offset": "tests/unit/operations/test_offset_target.py",
    "it has partitions 0 to {last}": (
        f"{_RESET}test_a_stopped_group_is_set_to_begin_end_offset_and_one_partition"
    ),
    "look at the preview again": f"{_RESET}test_offsets_that_moved_since_the_preview_are_not_set",
    "stop it first: only the offsets of a stopped group can be reset": (
        f"{_RESET}test_a_group_with_members_is_refused_and_they_are_named"
    ),
    "write a path, a comparison and a value: a.path > 3": (
        "tests/unit/query/test_records.py::test_what_is_no_condition_is_said_at_once"
    ),
    "nothing was written: look at the preview again": (
        "tests/integration/warehouse/test_filling.py::"
        "test_what_is_missing_comes_back_and_nothing_comes_twice"
    ),
    "what it committed to Kafka serves displays alone: setting it changes nothing": (
        f"{_RESET}test_records_of_our_own_group_are_read_again_and_its_commits_never_set"
    ),
    "run it again": (
        "tests/integration/warehouse/test_questions.py::"
        "test_a_batch_that_needs_the_memory_ends_what_a_person_asked"
    ),
    "change the statement": "tests/snowflake/test_questions.py",
    "narrow it, or give it a longer time limit": (
        "tests/integration/warehouse/test_questions.py::"
        "test_a_question_ends_at_its_time_and_the_warehouse_goes_on"
    ),
    "begin with SELECT, WITH, SHOW, DESCRIBE or EXPLAIN": "tests/unit/query/test_reading.py",
    "write a SELECT": "tests/unit/query/test_reading.py",
    "take out the semicolon in between": "tests/unit/query/test_reading.py",
    # -- of the desk of dead letters
    "close it": "tests/unit/query/test_letters.py",
    "give it as partition:2": "tests/unit/query/test_letters.py",
    "15m, 2h or 1d ago, 14:05 or 2026-11-29": "tests/unit/query/test_letters.py",
    "edit it again; nothing of it was published": "tests/unit/dlq/test_edits.py",
    "write why nothing is to be done": "tests/integration/service/test_letters.py",
    "choose fewer, or narrow the list and take all that match": (
        "tests/integration/service/test_letters.py"
    ),
    "refresh the list and choose another one": "tests/tui/test_desk.py",
}
