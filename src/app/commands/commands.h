/* SPDX-License-Identifier: Apache-2.0
 *
 * One function a command; the table stands in main.c. Each gets the words after its name and returns the exit status of
 * the contract.
 */
#ifndef SZ_APP_COMMANDS_H
#define SZ_APP_COMMANDS_H

int cmd_run(int argc, char **argv);
int cmd_alerts(int argc, char **argv);
int cmd_summary(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_state(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_options(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_repartition(int argc, char **argv);

#endif
