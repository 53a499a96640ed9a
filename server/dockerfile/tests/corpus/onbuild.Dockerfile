FROM node:20 AS parent
ONBUILD COPY package.json .
ONBUILD RUN npm ci --omit=dev
ONBUILD CMD ["node", "."]
FROM parent
WORKDIR relative
ONBUILD
ONBUILD ONBUILD RUN true
