-- The rescoring of the bench's sheet in one statement: arithmetic, sentences, places and events, as far as SQL can say them.
-- Placeholders are those of str.format; both sides of the comparison end with the same rows (benchmarks.rescoring checks it).
WITH amounts AS MATERIALIZED (
  SELECT reports.period_id, reports.unit_id, scores.block_id, reports.campaign_id, scores.points AS previous_points,
    scores.percent AS previous_percent, scores.maximum AS previous_maximum, scores.version AS previous_version,
    (reports.values -> 0 ->> 'value')::numeric AS v1, reports.values -> 0 ->> 'value' AS t1,
    (reports.values -> 1 ->> 'value')::numeric AS v2, reports.values -> 1 ->> 'value' AS t2
  FROM reports JOIN scores USING (period_id, unit_id)
  WHERE scores.sheet_id = '{sheet_id}' AND scores.sheet_version < {version} AND NOT reports.withdrawn AND NOT scores.withdrawn),
exact AS (
  SELECT *, v1 / 1000 AS ratio,
    CASE WHEN v1 >= 1000 THEN {m1} WHEN v1 / 1000 < {floor} THEN 0 ELSE {m1} * v1 / 1000 END AS e1 FROM amounts),
stepped AS (
  SELECT *, floor(e1 / 0.25 + 0.5)::int * 0.25 AS p1, CASE WHEN v2 <> 0 THEN {m2}.00 ELSE 0.00 END AS p2 FROM exact),
totals AS (
  SELECT *, p1 + p2 AS points, floor((p1 + p2) * 10000 + 0.5) * 0.0001 AS percent FROM stepped),
said AS (
  SELECT *, CASE WHEN v1 >= 1000 THEN '0.00' ELSE '0' END AS over,
    'Thực hiện ' || translate(to_char(v1, 'FM999,999'), ',', '.') || ' trên chỉ tiêu 1.000 triệu đồng, đạt '
      || replace(trim_scale(trunc(ratio * 100, 2))::text, '.', ',') || '%; '
      || CASE WHEN v1 >= 1000 THEN 'từ 100% trở lên được điểm tối đa {m1},00.'
           WHEN ratio < {floor} THEN 'dưới {floor_percent}% không được điểm.'
           ELSE 'mỗi 1% thiếu trừ 1% của {m1},00 điểm, còn '
             || replace(regexp_replace(trunc(e1, 4)::numeric(20, 4)::text, '0{{1,2}}$', ''), '.', ',') || '.' END
      || CASE WHEN p1 <> e1 THEN ' Làm tròn đến 0,25: ' || replace(p1::numeric(20, 2)::text, '.', ',') || ' điểm.' ELSE '' END
      AS why1,
    CASE WHEN v2 <> 0 THEN 'Đã thực hiện, được {m2},00 điểm.' ELSE 'Chưa thực hiện, nên được 0,00 điểm.' END AS why2
  FROM totals),
documents AS (
  SELECT *, previous_version + (points <> previous_points OR percent <> previous_percent OR previous_maximum <> 100)::int AS version,
    jsonb_build_object('points', points::numeric(20, 2)::text, 'maximum', '100', 'percent', percent::numeric(20, 4)::text,
      'content', points::numeric(20, 2)::text, 'bonus', over, 'bonus_earned', over, 'penalty', '0',
      'tie_points', p2::text, 'tie_maximum', '{m2}',
      'groups', jsonb_build_array(
        jsonb_build_object('group', '1', 'points', p1::numeric(20, 2)::text, 'maximum', '{m1}'),
        jsonb_build_object('group', '2', 'points', p2::text, 'maximum', '{m2}')),
      'parts', jsonb_build_array(
        jsonb_build_object('criterion', '1.1', 'group', '1', 'role', 'content', 'points', p1::numeric(20, 2)::text,
          'over', over, 'maximum', '{m1}', 'assigned', true, 'rule', 'ratio_linear',
          'value', t1, 'target', '1000', 'ratio', trunc(ratio, 6)::numeric(20, 6)::text, 'why', why1),
        jsonb_build_object('criterion', '2.1', 'group', '2', 'role', 'content', 'points', p2::text, 'over', '0',
          'maximum', '{m2}', 'assigned', true, 'rule', 'yes_no', 'value', t2, 'target', NULL, 'ratio', NULL, 'why', why2)),
      'disqualified', '[]'::jsonb) AS score,
    jsonb_build_object('values', jsonb_build_object('1.1', t1, '2.1', t2), 'targets', '{{}}'::jsonb, 'late', false) AS inputs
  FROM said),
written AS (
  UPDATE scores SET version = documents.version, sheet_version = {version}, points = documents.points,
    percent = documents.percent, maximum = 100, content = documents.points, penalty = 0, tie_points = p2, tie_maximum = {m2},
    disqualified = false, score = documents.score, inputs = documents.inputs, caused_by = '{cause}', scored_at = '{now}'
  FROM documents WHERE scores.period_id = documents.period_id AND scores.unit_id = documents.unit_id),
ordered AS (
  SELECT *, rank() OVER best AS rank, rank() OVER best - rank() OVER higher + 1 AS among,
    lag(percent) OVER best AS above_percent, lag(points) OVER best AS above_points, lag(p2) OVER best AS above_tie,
    lead(percent) OVER best AS below_percent, lead(points) OVER best AS below_points, lead(p2) OVER best AS below_tie
  FROM documents
  WINDOW best AS (PARTITION BY period_id, block_id ORDER BY percent DESC, points DESC, p2 DESC),
    higher AS (PARTITION BY period_id, block_id ORDER BY percent DESC)),
decided AS (
  SELECT *, (ARRAY[NULL, 'content_points', 'emulation_points', 'fewer_penalties', 'shared'])[1 + greatest(
    CASE WHEN above_percent IS DISTINCT FROM percent THEN 0 WHEN above_points <> points THEN 1 WHEN above_tie <> p2 THEN 2 ELSE 4 END,
    CASE WHEN below_percent IS DISTINCT FROM percent THEN 0 WHEN below_points <> points THEN 1 WHEN below_tie <> p2 THEN 2 ELSE 4 END)]
    AS decided_by
  FROM ordered),
stood AS (
  SELECT *, among - 1 + rank() OVER (PARTITION BY period_id, block_id ORDER BY percent DESC) AS rank FROM places),
moved AS (
  SELECT decided.*, stood.rank AS previous_rank,
    (stood.rank, stood.among, stood.points, stood.percent, stood.decided_by)
      IS DISTINCT FROM (decided.rank, decided.among, decided.points, decided.percent, decided.decided_by) AS moves
  FROM decided JOIN stood USING (period_id, block_id, unit_id)),
placed AS (
  UPDATE places SET among = moved.among, previous_rank = moved.previous_rank, points = moved.points, percent = moved.percent,
    decided_by = moved.decided_by
  FROM moved WHERE moves AND places.period_id = moved.period_id AND places.block_id = moved.block_id
    AND places.unit_id = moved.unit_id),
told AS (
  SELECT uuidv7() AS id, moved.period_id, moved.block_id, min(campaign_id::text) AS campaign_id, count(*) AS ranked,
    max(points) FILTER (WHERE rank = 1) AS leader_points,
    count(*) FILTER (WHERE moves OR version <> previous_version) AS news,
    json_agg(json_build_object('unit_id', unit_id, 'version', version, 'points', points::text, 'maximum', '100',
      'percent', percent::text, 'previous_points', previous_points::text, 'disqualified', false, 'rank', rank,
      'previous_rank', previous_rank, 'decided_by', decided_by, 'among', among))
      FILTER (WHERE moves OR version <> previous_version) AS changed
  FROM moved GROUP BY moved.period_id, moved.block_id),
on_boards AS (
  UPDATE boards SET version = boards.version + 1, changed_at = '{now}', caused_by = '{cause}'
  FROM told WHERE news > 0 AND boards.period_id = told.period_id AND boards.block_id = told.block_id),
logged AS (
  INSERT INTO event_log (id, type, subject, correlationid, causationid, actor, bytes)
  SELECT id, 'scoring.block_rescored.v1', block_id::text, '{cause}', '{cause}', 'office',
    convert_to(json_build_object('specversion', '1.0', 'id', id, 'source', '//000.00.00.H35/scoring',
      'type', 'scoring.block_rescored.v1', 'subject', block_id, 'time', '{now}', 'datacontenttype', 'application/json',
      'dataschema', 'https://thidua.vn/schemas/scoring.block_rescored.v1.json', 'correlationid', '{cause}',
      'causationid', '{cause}', 'actor', 'office', 'businesstime', '{now}',
      'data', json_build_object('rescoring_id', '{cause}', 'campaign_id', campaign_id, 'period_id', period_id,
        'block_id', block_id, 'sheet_id', '{sheet_id}', 'sheet_version', {version}, 'version', 2, 'part', 1, 'parts', 1,
        'members', ranked, 'ranked', ranked, 'leader_points', leader_points::text,
        'changed', coalesce(changed, '[]'::json)))::text, 'UTF8')
  FROM told RETURNING id)
INSERT INTO event_pending SELECT id FROM logged
