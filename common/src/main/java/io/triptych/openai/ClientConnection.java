package io.triptych.openai;

import io.triptych.serving.Job;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Finds out whether the client of a request that nothing was sent for yet is still there. The servlet API cannot tell;
 * Tomcat can, by a read that does not wait: it finds the end of the connection, or nothing. A client that closes its
 * sending half only counts as gone, as it does for most proxies.
 */
public final class ClientConnection {
    private static final String ATTRIBUTE = ClientConnection.class.getName();
    private static final Duration LOOK = Duration.ofMillis(250);

    private final org.apache.coyote.Request request;

    private ClientConnection(org.apache.coyote.Request request) {
        this.request = request;
    }

    /**
     * Waits for a job, and gives it up if the client is gone or the time is over.
     *
     * @throws CancellationException if the client is gone or the service shuts down
     * @throws ApiException if the time is over
     */
    static void await(Job job, HttpServletRequest request, Deadline deadline) throws InterruptedException {
        while (!job.waitFor(deadline.atMost(LOOK))) {
            if (deadline.passed()) {
                job.cancel();
                throw ApiException.tookTooLong(deadline.limit());
            }
            if (gone(request)) {
                job.cancel();
            }
        }
        job.await();
    }

    /** Whether a client is known to be gone. To be called by the thread that serves its request. */
    public static boolean gone(HttpServletRequest request) {
        ClientConnection connection = of(request);
        return connection != null && connection.gone();
    }

    /** Closes the connection at once, which tells a client that what it has of an answer is not all of it. */
    public static void cut(HttpServletRequest request) {
        ClientConnection connection = of(request);
        if (connection != null) {
            connection.request.action(ActionCode.CLOSE_NOW, null);
        }
    }

    /** None in tests without a server. */
    private static ClientConnection of(HttpServletRequest request) {
        return (ClientConnection) request.getAttribute(ATTRIBUTE);
    }

    /** To be called by the thread that serves the request, after it has read the body. */
    private boolean gone() {
        request.action(ActionCode.AVAILABLE, true);
        // Tomcat reports the end of the connection as one byte; a next request that is here already is longer.
        return request.getAvailable() == 1;
    }

    /** Keeps the connection of every request where {@link #await} finds it. */
    static final class Keeper extends ValveBase {
        Keeper() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            request.setAttribute(ATTRIBUTE, new ClientConnection(request.getCoyoteRequest()));
            getNext().invoke(request, response);
        }
    }
}
