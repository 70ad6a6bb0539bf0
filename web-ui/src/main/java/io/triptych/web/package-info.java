/** What people see: a gateway before the services ({@code gateway}), and pages that use it ({@code playground}). */
package io.triptych.web;
