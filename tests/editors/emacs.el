;; What a person does in Emacs with a Dockerfile, and what the editor shows at each step.
;; Run by emacs.spec.ts after the configuration of docs/editors.md; prints a JSON line a step.
;; -*- lexical-binding: t -*-

(require 'json)
(require 'flymake)

(defun report (step seen)
  (princ (concat (json-encode (list (cons 'step step) (cons 'seen seen))) "\n")))

(defun await (step look)
  "Call LOOK until it returns non-nil, and report that as STEP."
  (let ((end (+ (float-time) 60)) seen)
    (while (and (not (setq seen (funcall look))) (< (float-time) end))
      (accept-process-output nil 0.02))
    (report (if seen step "missing") (or seen step))
    (unless seen (kill-emacs 1))))

(defun messages-match (pattern)
  (with-current-buffer (messages-buffer)
    (save-excursion
      (goto-char (point-min))
      (and (re-search-forward pattern nil t) (match-string 0)))))

;; In batch mode messages go to standard error only: keep them where a person reads them.
(advice-add 'message :after
            (lambda (format &rest words)
              (when format
                (with-current-buffer (messages-buffer)
                  (let ((inhibit-read-only t))
                    (goto-char (point-max))
                    (insert (apply #'format-message format words) "\n"))))))

(defun in-the-folder (folder) (cons 'transient folder))
(add-hook 'project-find-functions #'in-the-folder)
(setq eglot-sync-connect 30 eglot-connect-timeout 30)

(find-file "Dockerfile")
(report "mode" (symbol-name major-mode))
(unless (eglot-current-server)
  (apply #'eglot--connect (eglot--guess-contact)))
(flymake-mode 1)
(await "diagnostics"
       (lambda ()
         (flymake-start)
         (mapcar (lambda (it)
                   (list (cons 'line (line-number-at-pos (flymake-diagnostic-beg it)))
                         (cons 'message (flymake-diagnostic-text it))))
                 (flymake-diagnostics))))
(await "hover"
       (lambda ()
         (plist-get (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover
                                                (list :textDocument (eglot--TextDocumentIdentifier)
                                                      :position (list :line 0 :character 1)))
                               :contents)
                    :value)))
(goto-char (point-min))
(search-forward "RUNN")
(delete-char -1)
(eglot--signal-textDocument/didChange)
(await "cleared" (lambda () (flymake-start) (not (flymake-diagnostics))))
(save-buffer)
(warpdock-up)
(await "up" (lambda () (messages-match "warpdock: .* is up")))
(let ((server (eglot-current-server)))
  (eglot-shutdown server)
  (await "ended" (lambda () (not (jsonrpc-running-p server)))))
