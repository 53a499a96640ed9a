-- What a person does in Neovim with a Dockerfile, and what the editor shows at each step.
-- Run by neovim.spec.ts with the configuration of docs/editors.md; prints a JSON line a step.

local function report(step, seen)
  io.stdout:write(vim.json.encode({ step = step, seen = seen }), '\n')
  io.stdout:flush()
end

-- Looks until there is something to see; the spec says what it had to be.
local function await(step, look)
  local seen
  vim.wait(60000, function()
    seen = look()
    return seen ~= nil
  end, 20)
  if seen == nil then
    report('missing', { step = step, messages = vim.api.nvim_exec('messages', true), diagnostics = #vim.diagnostic.get(0) })
    vim.cmd('cquit')
  end
  report(step, seen)
end

local function hover(line, column)
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/hover', {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = line, character = column },
  }, 10000)
  for _, answer in pairs(answers or {}) do
    if answer.result and answer.result.contents then return answer.result.contents.value end
  end
end

local function message(pattern)
  return function() return vim.api.nvim_exec('messages', true):match(pattern) end
end

await('diagnostics', function()
  local found = vim.diagnostic.get(0)
  if #found == 0 then return nil end
  return vim.tbl_map(function(it) return { line = it.lnum + 1, column = it.col + 1, message = it.message, severity = it.severity } end, found)
end)
await('hover', function() return hover(0, 1) end)
vim.api.nvim_buf_set_lines(0, 1, 2, true, { 'RUN echo hello' })
await('cleared', function() return #vim.diagnostic.get(0) == 0 or nil end)
vim.cmd('write')
vim.cmd('WarpdockUp')
await('up', message('warpdock: ([^\n]* is up[^\n]*)'))

local clients = vim.lsp.get_active_clients()
clients[1].stop()
await('ended', function() return #vim.lsp.get_active_clients() == 0 or nil end)
vim.cmd('quitall!')
