FROM python:3.11-slim
ENV A=1 \
    B=2
RUN pip install flask \
 # note
 && echo done
CMD ["python", "app.py"]
