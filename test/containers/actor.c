/*
 * The command of the tested containers: one small program that runs where there is nothing else, and says what it sees.
 * The first word chooses its part.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const int CODE_TOLD_TO_STOP = 7;
static const int CODE_BEREAVED = 8;
static const int CODE_UNSEEN = 3;
static const int CODE_WRONG_WORDS = 64;

static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

static int say_word(char **words)
{
	say(words[0]);
	return 0;
}

/* Goes on when the file is there. */
static int until(char **paths)
{
	say("waiting");
	while (access(paths[0], F_OK) != 0)
		usleep(10000);
	return 0;
}

/* Says of each file whether it is there. */
static int look(char **paths)
{
	int code = 0;
	for (; *paths; paths++) {
		int there = access(*paths, F_OK) == 0;
		printf("%s %s\n", *paths, there ? "is there" : "is not there");
		if (!there)
			code = CODE_UNSEEN;
	}
	return code;
}

static int show(char **paths)
{
	char bytes[4096];
	for (; *paths; paths++) {
		int file = open(*paths, O_RDONLY);
		ssize_t count;
		if (file < 0)
			return CODE_UNSEEN;
		while ((count = read(file, bytes, sizeof bytes)) > 0)
			fwrite(bytes, 1, count, stdout);
		close(file);
	}
	return 0;
}

static int show_environment(char **words)
{
	(void)words;
	for (char **variable = environ; *variable; variable++)
		puts(*variable);
	return 0;
}

/* Becomes its words, with no environment at all: container runtimes always set HOME and PATH. */
static int become_bare(char **words)
{
	char *none[] = { NULL };
	execve(words[0], words, none);
	perror(words[0]);
	return 1;
}

/* Leaves so many processes behind that nobody but PID 1 can reap, and stays. */
static int leave_orphans(char **words)
{
	for (int left = atoi(words[0]); left > 0; left--) {
		pid_t parent = fork();
		if (parent == 0) {
			if (fork() < 0)
				perror("fork");
			_exit(0);
		}
		waitpid(parent, NULL, 0);
	}
	say("left them");
	pause();
	return 0;
}

static void say_size(void)
{
	struct winsize size;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		printf("%dx%d\n", size.ws_col, size.ws_row);
}

/* Says every signal that it gets, and with a terminal its size; SIGTERM ends it. */
static int echo_signals(char **words)
{
	static const struct { int number; const char *name; } known[] = {
		{ SIGHUP, "SIGHUP" }, { SIGINT, "SIGINT" }, { SIGQUIT, "SIGQUIT" }, { SIGUSR1, "SIGUSR1" },
		{ SIGUSR2, "SIGUSR2" }, { SIGTERM, "SIGTERM" }, { SIGCONT, "SIGCONT" }, { SIGWINCH, "SIGWINCH" },
	};
	enum { COUNT = sizeof known / sizeof *known };
	sigset_t set;
	int number;
	(void)words;
	sigemptyset(&set);
	for (int index = 0; index < COUNT; index++)
		sigaddset(&set, known[index].number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say_size();
	say("ready");
	while (sigwait(&set, &number) == 0) {
		for (int index = 0; index < COUNT; index++)
			if (known[index].number == number)
				puts(known[index].name);
		say_size();
		fflush(stdout);
		if (number == SIGTERM)
			return CODE_TOLD_TO_STOP;
	}
	return 1;
}

/* Takes memory until it is killed. */
static int eat(char **words)
{
	const size_t piece = 1 << 20;
	(void)words;
	for (char *memory; (memory = malloc(piece)) != NULL;)
		memset(memory, 1, piece);
	return 1;
}

/*
 * Takes memory by more and more children, each of which has less than the wrapper, until one is killed. Who looks only at
 * sizes would kill the wrapper.
 */
static int eat_together(char **words)
{
	const size_t share = 4 << 20;
	int status;
	(void)words;
	for (;;) {
		pid_t child = fork();
		if (child == 0) {
			char *memory = malloc(share);
			if (memory)
				memset(memory, 1, share);
			pause();
		}
		usleep(5000);
		if (waitpid(-1, &status, WNOHANG) > 0 && WIFSIGNALED(status))
			return CODE_BEREAVED;
	}
}

int main(int count, char **words)
{
	static const struct { const char *name; int (*play)(char **); int needs; } parts[] = {
		{ "say", say_word, 1 }, { "until", until, 1 }, { "look", look, 1 }, { "show", show, 1 }, { "environment", show_environment, 0 },
		{ "bare", become_bare, 1 }, { "orphans", leave_orphans, 1 }, { "echo", echo_signals, 0 }, { "eat", eat, 0 },
		{ "eat-together", eat_together, 0 },
	};
	for (size_t index = 0; index < sizeof parts / sizeof *parts; index++)
		if (count >= 2 + parts[index].needs && strcmp(words[1], parts[index].name) == 0)
			return parts[index].play(words + 2);
	fprintf(stderr, "actor: no such part\n");
	return CODE_WRONG_WORDS;
}
