# API, worker and beat in one container, for hosts where each container costs: on top of the images
# stenofleet/api and stenofleet/worker, each part with its own packages.
ARG API=stenofleet/api
ARG WORKER=stenofleet/worker
FROM ${API} AS api
FROM ${WORKER}
COPY --from=api /opt/venv /opt/api/venv
COPY --from=api /app /opt/api/app
COPY hosts/combined.sh /usr/local/bin/stenofleet-combined
ENV PORT=8000
EXPOSE 8000
CMD ["bash", "/usr/local/bin/stenofleet-combined"]
