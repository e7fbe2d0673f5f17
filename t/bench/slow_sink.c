/*
 * Copyright (C) SitePreserver developers
 *
 * An SMTP server that throws everything away and answers the final dot after
 * some time, for bench_smtp: slow_sink PORT MILLISECONDS
 */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>


static useconds_t  delay;


static void *serve(void *data);


int
main(int argc, char **argv)
{
    int                  fd, one;
    long                 client;
    pthread_t            thread;
    pthread_attr_t       attr;
    struct sockaddr_in   in;

    if (argc != 3) {
        return 1;
    }

    one = 1;
    delay = (useconds_t) atoi(argv[2]) * 1000;
    memset(&in, 0, sizeof(in));
    in.sin_family = AF_INET;
    in.sin_port = htons((unsigned short) atoi(argv[1]));
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));

    if (bind(fd, (struct sockaddr *) &in, sizeof(in)) != 0
        || listen(fd, 200) != 0)
    {
        perror("slow_sink");
        return 1;
    }

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);

    for ( ;; ) {
        client = accept(fd, NULL, NULL);
        setsockopt((int) client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

        if (client == -1
            || pthread_create(&thread, &attr, serve, (void *) client) != 0)
        {
            return 1;
        }
    }
}


static void *
serve(void *data)
{
    int    body;
    char   line[4096];
    FILE  *in, *out;

    in = fdopen((int) (long) data, "r");
    out = fdopen(dup((int) (long) data), "w");
    body = 0;
    fputs("220 sink ESMTP\r\n", out);
    fflush(out);

    while (fgets(line, sizeof(line), in) != NULL) {
        if (body) {
            if (strcmp(line, ".\r\n") != 0) {
                continue;
            }

            body = 0;
            usleep(delay);
            fputs("250 2.0.0 thrown away\r\n", out);

        } else if (strncasecmp(line, "DATA", 4) == 0) {
            body = 1;
            fputs("354 go on\r\n", out);

        } else if (strncasecmp(line, "QUIT", 4) == 0) {
            fputs("221 bye\r\n", out);
            fflush(out);
            break;

        } else {
            fputs("250 ok\r\n", out);
        }

        fflush(out);
    }

    fclose(in);
    fclose(out);

    return NULL;
}
