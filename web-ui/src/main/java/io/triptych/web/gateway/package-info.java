/** One address for all services: routes, the list of all models, errors that name who is down, health of all. */
package io.triptych.web.gateway;
