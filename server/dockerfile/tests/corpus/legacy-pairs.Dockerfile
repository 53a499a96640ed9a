FROM centos:7
MAINTAINER Somebody <somebody@example.com>
ENV LANG en_US.UTF-8
ENV   SPACED   a  b   c
LABEL description This text has   blanks
LABEL "com.example.vendor"="ACME Inc" version='1.0' multi="a \
b"
