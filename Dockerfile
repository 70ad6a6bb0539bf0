# One recipe for the four services:
#   docker build --build-arg SERVICE=text -t triptych/text .
# SERVICE is text, image or speech; --build-arg SERVICE=web --build-arg MODULE=web-ui makes the web service.
# --target models makes the image that brings the default checkpoints to a cluster.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
# common's tests of the verification rules leave the evidence that the web service shows; they take seconds and need no model.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -Dspotless.check.skip -pl common test -Dtest='*ConformanceTest' -Dsurefire.failIfNoSpecifiedTests=false \
    && mvn -B -ntp -DskipTests -Dspotless.check.skip -pl text-service,image-service,speech-service,web-ui -am package \
    && for service in text-service image-service speech-service web-ui; do \
         java -Djarmode=tools -jar $service/target/$service-exec.jar extract --layers --destination /layers/$service \
           --application-filename application.jar; \
       done

FROM busybox:1.37 AS models
COPY models /models
USER 10001:10001
# To be run as an init container that shares a volume with a service.
ENTRYPOINT ["cp", "-r"]
CMD ["/models/.", "/triptych/models"]

FROM eclipse-temurin:17-jre AS service
ARG SERVICE
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin triptych \
    && mkdir -p /triptych/models /triptych/var && chown 10001:10001 /triptych/var
WORKDIR /triptych
# Layers from what changes least to what changes most.
ARG MODULE=${SERVICE}-service
COPY --from=build /layers/${MODULE}/dependencies/ ./
COPY --from=build /layers/${MODULE}/spring-boot-loader/ ./
COPY --from=build /layers/${MODULE}/snapshot-dependencies/ ./
COPY --from=build /layers/${MODULE}/application/ ./

# Spinning OpenMP threads make a pass thirty times slower; DJL must not call home; the engine unpacks where one may write; glibc
# gives large buffers back.
ENV OMP_WAIT_POLICY=PASSIVE DJL_OFFLINE=true OPT_OUT_TRACKING=true DJL_CACHE_DIR=/tmp/djl \
    SERVER_ADDRESS=0.0.0.0 \
    MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=16777216 \
    JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -XX:MaxRAMPercentage=40 -XX:+ExitOnOutOfMemoryError"
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-jar", "application.jar"]
