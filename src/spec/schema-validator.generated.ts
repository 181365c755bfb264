// @ts-nocheck
/**
 * Checks a spec against its schema: ajv's standalone code, so that no command loads ajv and compiles the schema at its start.
 * Generated from schemas/spec.schema.json by `npm run generate`; change the schema instead.
 */
"use strict";
export const validate = validate52;
export default validate52;
const schema19 = {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{"extends":{"type":"string","minLength":1},"corpus":{"type":"string","pattern":"^[a-z0-9][a-z0-9._-]*$"},"task":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"languageModelling":{"type":"object","additionalProperties":false},"translation":{"type":"object","additionalProperties":false,"properties":{"stack":{"type":"string","enum":["shared","separate"]},"reverseSource":{"type":"boolean"},"attention":{"type":"string","enum":["none","dot","general"]},"validation":{"type":"object","additionalProperties":false,"properties":{"bleu":{"type":["object","null"],"additionalProperties":false,"properties":{"everyEpochs":{"type":"integer","minimum":1,"maximum":1000000},"beam":{"type":"integer","minimum":1,"maximum":1000},"decides":{"type":"boolean"}}}}}}}}},"model":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"integer","minimum":1,"maximum":65536},"layers":{"type":"array","minItems":1,"maxItems":64,"items":{"$ref":"#/$defs/Layer"}},"tieEmbedding":{"type":"boolean"},"forgetBias":{"type":["number","null"],"minimum":-100,"maximum":100},"init":{"$ref":"#/$defs/Init"},"context":{"type":["object","null"],"additionalProperties":false,"properties":{"topics":{"type":"integer","minimum":2,"maximum":1024},"decay":{"type":"number","minimum":0,"maximum":0.999999}}},"ngram":{"type":"object","additionalProperties":false,"properties":{"order":{"type":"integer","minimum":1,"maximum":9},"smoothing":{"type":"string","enum":["modified-kneser-ney"]}}}}},"dropout":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"}}},"input":{"$ref":"#/$defs/Edge"},"between":{"$ref":"#/$defs/Edge"},"output":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"},"mask":{"$ref":"#/$defs/MaskLifetime"}}},"recurrent":{"$ref":"#/$defs/Edge"},"recurrentWeight":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"}}},"zoneout":{"type":"object","additionalProperties":false,"properties":{"cell":{"type":"number","minimum":0,"maximum":0.999},"hidden":{"type":"number","minimum":0,"maximum":0.999}}}}},"training":{"type":"object","additionalProperties":false,"properties":{"batchSize":{"type":"integer","minimum":1,"maximum":65536},"batchTokens":{"type":["integer","null"],"minimum":1,"maximum":16777216},"bptt":{"type":"integer","minimum":1,"maximum":65536},"sentences":{"type":"boolean"},"randomBptt":{"type":["object","null"],"additionalProperties":false,"properties":{"halve":{"type":"number","minimum":0,"maximum":1},"deviation":{"type":"number","minimum":0,"maximum":65536},"minimum":{"type":"integer","minimum":1,"maximum":65536}}},"epochs":{"type":"integer","minimum":1,"maximum":1000000},"tokens":{"type":["integer","null"],"minimum":2,"maximum":9007199254740991},"windowsPerEpoch":{"type":["integer","null"],"minimum":1,"maximum":4294967295},"loss":{"type":"string","enum":["sum","mean"]},"clipNorm":{"type":["number","null"],"minimum":0.000001,"maximum":1000000},"clipValue":{"type":["number","null"],"minimum":0.000001,"maximum":1000000},"weightDecay":{"type":"number","minimum":0,"maximum":1},"activationRegularization":{"type":"number","minimum":0,"maximum":10000},"temporalActivationRegularization":{"type":"number","minimum":0,"maximum":10000},"optimizer":{"$ref":"#/$defs/Optimizer"},"schedule":{"$ref":"#/$defs/Schedule"},"earlyStopping":{"type":["object","null"],"additionalProperties":false,"properties":{"patience":{"type":"integer","minimum":1,"maximum":1000000}}},"checkpoint":{"type":"object","additionalProperties":false,"properties":{"everyMinutes":{"type":"number","minimum":0.00001,"maximum":1000000}}},"precision":{"type":"string","enum":["f32","tf32","mixed"]},"seed":{"type":"integer","minimum":0,"maximum":4294967295}}}},"allOf":[{"if":{"properties":{"extends":true},"required":["extends"]},"else":{"$ref":"#/$defs/Complete"}},{"if":{"$ref":"#/$defs/IsNgram"},"then":{"$ref":"#/$defs/NgramSpec"},"else":{"$ref":"#/$defs/NetworkSpec"}}],"$defs":{"Layer":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"lstm":{"type":"integer","minimum":1,"maximum":65536},"gru":{"type":"integer","minimum":1,"maximum":65536},"rnn":{"type":"integer","minimum":1,"maximum":65536},"deepTransition":{"type":"object","additionalProperties":false,"required":["units"],"properties":{"units":{"type":"integer","minimum":1,"maximum":65536},"depth":{"type":"integer","minimum":2,"maximum":64},"shortcut":{"type":"boolean"}}},"feedForward":{"type":"integer","minimum":1,"maximum":65536}}},"Init":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"uniform":{"type":"number","minimum":0.000001,"maximum":100},"normal":{"type":"number","minimum":0.000001,"maximum":100},"scaledUniform":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"number","minimum":0.000001,"maximum":100}}},"orthogonal":{"type":"object","additionalProperties":false},"from":{"type":"string","minLength":1}}},"Edge":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"},"mask":{"$ref":"#/$defs/MaskLifetime"},"perGate":{"type":"boolean"}}},"Optimizer":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"sgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000}}},"averagedSgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"nonMonotonic":{"type":"integer","minimum":1,"maximum":1000000},"startEpoch":{"type":["integer","null"],"minimum":1,"maximum":1000000}}},"adam":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"beta1":{"type":"number","minimum":0,"maximum":0.999999},"beta2":{"type":"number","minimum":0,"maximum":0.999999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}},"rmsprop":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"decay":{"type":"number","minimum":0,"maximum":0.9999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}}}},"Schedule":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"constant":{"type":"object","additionalProperties":false},"decay":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":1},"afterEpoch":{"type":"integer","minimum":0,"maximum":1000000}}},"plateau":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":0.999999},"patience":{"type":"integer","minimum":0,"maximum":1000000},"threshold":{"type":"number","minimum":0,"maximum":0.999999}}},"cosine":{"type":"object","additionalProperties":false,"properties":{"final":{"type":"number","minimum":0,"maximum":0.999999}}}}},"Rate":{"type":"number","minimum":0,"maximum":0.999},"MaskLifetime":{"type":"string","enum":["step","sequence"]},"IsNgram":{"type":"object","properties":{"model":{"type":"object","properties":{"ngram":true},"required":["ngram"]}},"required":["model"]},"NgramSpec":{"type":"object","properties":{"task":false,"model":{"type":"object","properties":{"embedding":false,"layers":false,"tieEmbedding":false,"forgetBias":false,"init":false,"context":false}},"dropout":false,"training":false}},"NetworkSpec":{"type":"object","properties":{"model":{"type":"object","properties":{"ngram":false}}}},"Complete":{"type":"object","required":["corpus","model"],"properties":{"corpus":true,"model":true,"training":{"type":"object","properties":{"schedule":{"type":"object","properties":{"decay":{"type":"object","required":["factor","afterEpoch"],"properties":{"factor":true,"afterEpoch":true}}}}}}},"if":{"$ref":"#/$defs/IsNgram"},"else":{"$ref":"#/$defs/CompleteNetwork"}},"CompleteNetwork":{"type":"object","properties":{"model":{"type":"object","required":["embedding","layers"],"properties":{"embedding":true,"layers":true}}}}}};
const schema20 = {"type":"object","required":["corpus","model"],"properties":{"corpus":true,"model":true,"training":{"type":"object","properties":{"schedule":{"type":"object","properties":{"decay":{"type":"object","required":["factor","afterEpoch"],"properties":{"factor":true,"afterEpoch":true}}}}}}},"if":{"$ref":"#/$defs/IsNgram"},"else":{"$ref":"#/$defs/CompleteNetwork"}};
const schema21 = {"type":"object","properties":{"model":{"type":"object","properties":{"ngram":true},"required":["ngram"]}},"required":["model"]};

function validate54(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate54.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.model !== undefined){
let data0 = data.model;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.ngram === undefined){
const err1 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/required",keyword:"required",params:{missingProperty: "ngram"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate54.errors = vErrors;
return errors === 0;
}
validate54.evaluated = {"props":{"model":true},"dynamicProps":false,"dynamicItems":false};

const schema22 = {"type":"object","properties":{"model":{"type":"object","required":["embedding","layers"],"properties":{"embedding":true,"layers":true}}}};

function validate56(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate56.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model !== undefined){
let data0 = data.model;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.embedding === undefined){
const err0 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/required",keyword:"required",params:{missingProperty: "embedding"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data0.layers === undefined){
const err1 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/required",keyword:"required",params:{missingProperty: "layers"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate56.errors = vErrors;
return errors === 0;
}
validate56.evaluated = {"props":{"model":true},"dynamicProps":false,"dynamicItems":false};


function validate53(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate53.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs1 = errors;
let valid0 = true;
const _errs2 = errors;
if(!(validate54(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate54.errors : vErrors.concat(validate54.errors);
errors = vErrors.length;
}
var _valid0 = _errs2 === errors;
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
if(!_valid0){
const _errs3 = errors;
if(!(validate56(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate56.errors : vErrors.concat(validate56.errors);
errors = vErrors.length;
}
var _valid0 = _errs3 === errors;
valid0 = _valid0;
if(valid0){
var props0 = {};
props0.model = true;
}
}
if(!valid0){
const err0 = {instancePath,schemaPath:"#/if",keyword:"if",params:{failingKeyword: "else"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.corpus === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "corpus"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.model === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(props0 !== true){
props0 = props0 || {};
props0.corpus = true;
props0.model = true;
props0.training = true;
}
if(data.training !== undefined){
let data0 = data.training;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.schedule !== undefined){
let data1 = data0.schedule;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.decay !== undefined){
let data2 = data1.decay;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.factor === undefined){
const err3 = {instancePath:instancePath+"/training/schedule/decay",schemaPath:"#/properties/training/properties/schedule/properties/decay/required",keyword:"required",params:{missingProperty: "factor"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data2.afterEpoch === undefined){
const err4 = {instancePath:instancePath+"/training/schedule/decay",schemaPath:"#/properties/training/properties/schedule/properties/decay/required",keyword:"required",params:{missingProperty: "afterEpoch"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/training/schedule/decay",schemaPath:"#/properties/training/properties/schedule/properties/decay/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
}
else {
const err6 = {instancePath:instancePath+"/training/schedule",schemaPath:"#/properties/training/properties/schedule/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
validate53.errors = vErrors;
evaluated0.props = props0;
return errors === 0;
}
validate53.evaluated = {"dynamicProps":true,"dynamicItems":false};

const schema23 = {"type":"object","properties":{"task":false,"model":{"type":"object","properties":{"embedding":false,"layers":false,"tieEmbedding":false,"forgetBias":false,"init":false,"context":false}},"dropout":false,"training":false}};

function validate60(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate60.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.task !== undefined){
const err0 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.model !== undefined){
let data1 = data.model;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.embedding !== undefined){
const err1 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data1.layers !== undefined){
const err2 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data1.tieEmbedding !== undefined){
const err3 = {instancePath:instancePath+"/model/tieEmbedding",schemaPath:"#/properties/model/properties/tieEmbedding/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data1.forgetBias !== undefined){
const err4 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data1.init !== undefined){
const err5 = {instancePath:instancePath+"/model/init",schemaPath:"#/properties/model/properties/init/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data1.context !== undefined){
const err6 = {instancePath:instancePath+"/model/context",schemaPath:"#/properties/model/properties/context/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.dropout !== undefined){
const err8 = {instancePath:instancePath+"/dropout",schemaPath:"#/properties/dropout/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data.training !== undefined){
const err9 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
validate60.errors = vErrors;
return errors === 0;
}
validate60.evaluated = {"props":{"task":true,"model":true,"dropout":true,"training":true},"dynamicProps":false,"dynamicItems":false};

const schema24 = {"type":"object","properties":{"model":{"type":"object","properties":{"ngram":false}}}};

function validate62(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate62.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model !== undefined){
let data0 = data.model;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.ngram !== undefined){
const err0 = {instancePath:instancePath+"/model/ngram",schemaPath:"#/properties/model/properties/ngram/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate62.errors = vErrors;
return errors === 0;
}
validate62.evaluated = {"props":{"model":true},"dynamicProps":false,"dynamicItems":false};

const schema25 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"lstm":{"type":"integer","minimum":1,"maximum":65536},"gru":{"type":"integer","minimum":1,"maximum":65536},"rnn":{"type":"integer","minimum":1,"maximum":65536},"deepTransition":{"type":"object","additionalProperties":false,"required":["units"],"properties":{"units":{"type":"integer","minimum":1,"maximum":65536},"depth":{"type":"integer","minimum":2,"maximum":64},"shortcut":{"type":"boolean"}}},"feedForward":{"type":"integer","minimum":1,"maximum":65536}}};

function validate64(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate64.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(((((key0 === "lstm") || (key0 === "gru")) || (key0 === "rnn")) || (key0 === "deepTransition")) || (key0 === "feedForward"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.lstm !== undefined){
let data0 = data.lstm;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
const err3 = {instancePath:instancePath+"/lstm",schemaPath:"#/properties/lstm/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 65536 || isNaN(data0)){
const err4 = {instancePath:instancePath+"/lstm",schemaPath:"#/properties/lstm/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data0 < 1 || isNaN(data0)){
const err5 = {instancePath:instancePath+"/lstm",schemaPath:"#/properties/lstm/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
}
if(data.gru !== undefined){
let data1 = data.gru;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err6 = {instancePath:instancePath+"/gru",schemaPath:"#/properties/gru/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 65536 || isNaN(data1)){
const err7 = {instancePath:instancePath+"/gru",schemaPath:"#/properties/gru/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err8 = {instancePath:instancePath+"/gru",schemaPath:"#/properties/gru/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data.rnn !== undefined){
let data2 = data.rnn;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err9 = {instancePath:instancePath+"/rnn",schemaPath:"#/properties/rnn/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 65536 || isNaN(data2)){
const err10 = {instancePath:instancePath+"/rnn",schemaPath:"#/properties/rnn/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data2 < 1 || isNaN(data2)){
const err11 = {instancePath:instancePath+"/rnn",schemaPath:"#/properties/rnn/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.deepTransition !== undefined){
let data3 = data.deepTransition;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.units === undefined){
const err12 = {instancePath:instancePath+"/deepTransition",schemaPath:"#/properties/deepTransition/required",keyword:"required",params:{missingProperty: "units"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
for(const key1 in data3){
if(!(((key1 === "units") || (key1 === "depth")) || (key1 === "shortcut"))){
const err13 = {instancePath:instancePath+"/deepTransition",schemaPath:"#/properties/deepTransition/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data3.units !== undefined){
let data4 = data3.units;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/deepTransition/units",schemaPath:"#/properties/deepTransition/properties/units/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 65536 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/deepTransition/units",schemaPath:"#/properties/deepTransition/properties/units/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err16 = {instancePath:instancePath+"/deepTransition/units",schemaPath:"#/properties/deepTransition/properties/units/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data3.depth !== undefined){
let data5 = data3.depth;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err17 = {instancePath:instancePath+"/deepTransition/depth",schemaPath:"#/properties/deepTransition/properties/depth/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 64 || isNaN(data5)){
const err18 = {instancePath:instancePath+"/deepTransition/depth",schemaPath:"#/properties/deepTransition/properties/depth/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data5 < 2 || isNaN(data5)){
const err19 = {instancePath:instancePath+"/deepTransition/depth",schemaPath:"#/properties/deepTransition/properties/depth/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
if(data3.shortcut !== undefined){
if(typeof data3.shortcut !== "boolean"){
const err20 = {instancePath:instancePath+"/deepTransition/shortcut",schemaPath:"#/properties/deepTransition/properties/shortcut/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/deepTransition",schemaPath:"#/properties/deepTransition/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.feedForward !== undefined){
let data7 = data.feedForward;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err22 = {instancePath:instancePath+"/feedForward",schemaPath:"#/properties/feedForward/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 65536 || isNaN(data7)){
const err23 = {instancePath:instancePath+"/feedForward",schemaPath:"#/properties/feedForward/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data7 < 1 || isNaN(data7)){
const err24 = {instancePath:instancePath+"/feedForward",schemaPath:"#/properties/feedForward/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
}
else {
const err25 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
validate64.errors = vErrors;
return errors === 0;
}
validate64.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema26 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"uniform":{"type":"number","minimum":0.000001,"maximum":100},"normal":{"type":"number","minimum":0.000001,"maximum":100},"scaledUniform":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"number","minimum":0.000001,"maximum":100}}},"orthogonal":{"type":"object","additionalProperties":false},"from":{"type":"string","minLength":1}}};

function validate66(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate66.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(((((key0 === "uniform") || (key0 === "normal")) || (key0 === "scaledUniform")) || (key0 === "orthogonal")) || (key0 === "from"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.uniform !== undefined){
let data0 = data.uniform;
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 100 || isNaN(data0)){
const err3 = {instancePath:instancePath+"/uniform",schemaPath:"#/properties/uniform/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data0 < 0.000001 || isNaN(data0)){
const err4 = {instancePath:instancePath+"/uniform",schemaPath:"#/properties/uniform/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/uniform",schemaPath:"#/properties/uniform/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.normal !== undefined){
let data1 = data.normal;
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 100 || isNaN(data1)){
const err6 = {instancePath:instancePath+"/normal",schemaPath:"#/properties/normal/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data1 < 0.000001 || isNaN(data1)){
const err7 = {instancePath:instancePath+"/normal",schemaPath:"#/properties/normal/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/normal",schemaPath:"#/properties/normal/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.scaledUniform !== undefined){
let data2 = data.scaledUniform;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!(key1 === "embedding")){
const err9 = {instancePath:instancePath+"/scaledUniform",schemaPath:"#/properties/scaledUniform/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.embedding !== undefined){
let data3 = data2.embedding;
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 100 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/scaledUniform/embedding",schemaPath:"#/properties/scaledUniform/properties/embedding/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data3 < 0.000001 || isNaN(data3)){
const err11 = {instancePath:instancePath+"/scaledUniform/embedding",schemaPath:"#/properties/scaledUniform/properties/embedding/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/scaledUniform/embedding",schemaPath:"#/properties/scaledUniform/properties/embedding/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath:instancePath+"/scaledUniform",schemaPath:"#/properties/scaledUniform/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.orthogonal !== undefined){
let data4 = data.orthogonal;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
const err14 = {instancePath:instancePath+"/orthogonal",schemaPath:"#/properties/orthogonal/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/orthogonal",schemaPath:"#/properties/orthogonal/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.from !== undefined){
let data5 = data.from;
if(typeof data5 === "string"){
if(data5.length < 1){
const err16 = {instancePath:instancePath+"/from",schemaPath:"#/properties/from/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/from",schemaPath:"#/properties/from/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
validate66.errors = vErrors;
return errors === 0;
}
validate66.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema27 = {"type":"number","minimum":0,"maximum":0.999};

function validate68(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate68.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if((typeof data == "number") && (isFinite(data))){
if(data > 0.999 || isNaN(data)){
const err0 = {instancePath,schemaPath:"#/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data < 0 || isNaN(data)){
const err1 = {instancePath,schemaPath:"#/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate68.errors = vErrors;
return errors === 0;
}
validate68.evaluated = {"dynamicProps":false,"dynamicItems":false};

const schema28 = {"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"},"mask":{"$ref":"#/$defs/MaskLifetime"},"perGate":{"type":"boolean"}}};
const schema29 = {"type":"string","enum":["step","sequence"]};

function validate72(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate72.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(!((data === "step") || (data === "sequence"))){
const err1 = {instancePath,schemaPath:"#/enum",keyword:"enum",params:{allowedValues: schema29.enum}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate72.errors = vErrors;
return errors === 0;
}
validate72.evaluated = {"dynamicProps":false,"dynamicItems":false};


function validate70(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate70.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "rate") || (key0 === "mask")) || (key0 === "perGate"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.rate !== undefined){
if(!(validate68(data.rate, {instancePath:instancePath+"/rate",parentData:data,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
if(data.mask !== undefined){
if(!(validate72(data.mask, {instancePath:instancePath+"/mask",parentData:data,parentDataProperty:"mask",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate72.errors : vErrors.concat(validate72.errors);
errors = vErrors.length;
}
}
if(data.perGate !== undefined){
if(typeof data.perGate !== "boolean"){
const err1 = {instancePath:instancePath+"/perGate",schemaPath:"#/properties/perGate/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate70.errors = vErrors;
return errors === 0;
}
validate70.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema30 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"sgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000}}},"averagedSgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"nonMonotonic":{"type":"integer","minimum":1,"maximum":1000000},"startEpoch":{"type":["integer","null"],"minimum":1,"maximum":1000000}}},"adam":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"beta1":{"type":"number","minimum":0,"maximum":0.999999},"beta2":{"type":"number","minimum":0,"maximum":0.999999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}},"rmsprop":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"decay":{"type":"number","minimum":0,"maximum":0.9999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}}}};

function validate80(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate80.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "sgd") || (key0 === "averagedSgd")) || (key0 === "adam")) || (key0 === "rmsprop"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.sgd !== undefined){
let data0 = data.sgd;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
for(const key1 in data0){
if(!(key1 === "learningRate")){
const err3 = {instancePath:instancePath+"/sgd",schemaPath:"#/properties/sgd/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data0.learningRate !== undefined){
let data1 = data0.learningRate;
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 1000000 || isNaN(data1)){
const err4 = {instancePath:instancePath+"/sgd/learningRate",schemaPath:"#/properties/sgd/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data1 < 1e-8 || isNaN(data1)){
const err5 = {instancePath:instancePath+"/sgd/learningRate",schemaPath:"#/properties/sgd/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/sgd/learningRate",schemaPath:"#/properties/sgd/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/sgd",schemaPath:"#/properties/sgd/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.averagedSgd !== undefined){
let data2 = data.averagedSgd;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key2 in data2){
if(!(((key2 === "learningRate") || (key2 === "nonMonotonic")) || (key2 === "startEpoch"))){
const err8 = {instancePath:instancePath+"/averagedSgd",schemaPath:"#/properties/averagedSgd/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.learningRate !== undefined){
let data3 = data2.learningRate;
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000000 || isNaN(data3)){
const err9 = {instancePath:instancePath+"/averagedSgd/learningRate",schemaPath:"#/properties/averagedSgd/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data3 < 1e-8 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/averagedSgd/learningRate",schemaPath:"#/properties/averagedSgd/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/averagedSgd/learningRate",schemaPath:"#/properties/averagedSgd/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.nonMonotonic !== undefined){
let data4 = data2.nonMonotonic;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err12 = {instancePath:instancePath+"/averagedSgd/nonMonotonic",schemaPath:"#/properties/averagedSgd/properties/nonMonotonic/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 1000000 || isNaN(data4)){
const err13 = {instancePath:instancePath+"/averagedSgd/nonMonotonic",schemaPath:"#/properties/averagedSgd/properties/nonMonotonic/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err14 = {instancePath:instancePath+"/averagedSgd/nonMonotonic",schemaPath:"#/properties/averagedSgd/properties/nonMonotonic/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
if(data2.startEpoch !== undefined){
let data5 = data2.startEpoch;
if((!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))) && (data5 !== null)){
const err15 = {instancePath:instancePath+"/averagedSgd/startEpoch",schemaPath:"#/properties/averagedSgd/properties/startEpoch/type",keyword:"type",params:{type: schema30.properties.averagedSgd.properties.startEpoch.type}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000000 || isNaN(data5)){
const err16 = {instancePath:instancePath+"/averagedSgd/startEpoch",schemaPath:"#/properties/averagedSgd/properties/startEpoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data5 < 1 || isNaN(data5)){
const err17 = {instancePath:instancePath+"/averagedSgd/startEpoch",schemaPath:"#/properties/averagedSgd/properties/startEpoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
}
else {
const err18 = {instancePath:instancePath+"/averagedSgd",schemaPath:"#/properties/averagedSgd/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.adam !== undefined){
let data6 = data.adam;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key3 in data6){
if(!((((key3 === "learningRate") || (key3 === "beta1")) || (key3 === "beta2")) || (key3 === "epsilon"))){
const err19 = {instancePath:instancePath+"/adam",schemaPath:"#/properties/adam/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data6.learningRate !== undefined){
let data7 = data6.learningRate;
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 1000000 || isNaN(data7)){
const err20 = {instancePath:instancePath+"/adam/learningRate",schemaPath:"#/properties/adam/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data7 < 1e-8 || isNaN(data7)){
const err21 = {instancePath:instancePath+"/adam/learningRate",schemaPath:"#/properties/adam/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/adam/learningRate",schemaPath:"#/properties/adam/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data6.beta1 !== undefined){
let data8 = data6.beta1;
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 0.999999 || isNaN(data8)){
const err23 = {instancePath:instancePath+"/adam/beta1",schemaPath:"#/properties/adam/properties/beta1/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data8 < 0 || isNaN(data8)){
const err24 = {instancePath:instancePath+"/adam/beta1",schemaPath:"#/properties/adam/properties/beta1/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/adam/beta1",schemaPath:"#/properties/adam/properties/beta1/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data6.beta2 !== undefined){
let data9 = data6.beta2;
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 0.999999 || isNaN(data9)){
const err26 = {instancePath:instancePath+"/adam/beta2",schemaPath:"#/properties/adam/properties/beta2/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data9 < 0 || isNaN(data9)){
const err27 = {instancePath:instancePath+"/adam/beta2",schemaPath:"#/properties/adam/properties/beta2/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/adam/beta2",schemaPath:"#/properties/adam/properties/beta2/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data6.epsilon !== undefined){
let data10 = data6.epsilon;
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 1 || isNaN(data10)){
const err29 = {instancePath:instancePath+"/adam/epsilon",schemaPath:"#/properties/adam/properties/epsilon/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data10 < 1e-16 || isNaN(data10)){
const err30 = {instancePath:instancePath+"/adam/epsilon",schemaPath:"#/properties/adam/properties/epsilon/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-16}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/adam/epsilon",schemaPath:"#/properties/adam/properties/epsilon/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/adam",schemaPath:"#/properties/adam/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data.rmsprop !== undefined){
let data11 = data.rmsprop;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key4 in data11){
if(!(((key4 === "learningRate") || (key4 === "decay")) || (key4 === "epsilon"))){
const err33 = {instancePath:instancePath+"/rmsprop",schemaPath:"#/properties/rmsprop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data11.learningRate !== undefined){
let data12 = data11.learningRate;
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 1000000 || isNaN(data12)){
const err34 = {instancePath:instancePath+"/rmsprop/learningRate",schemaPath:"#/properties/rmsprop/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(data12 < 1e-8 || isNaN(data12)){
const err35 = {instancePath:instancePath+"/rmsprop/learningRate",schemaPath:"#/properties/rmsprop/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/rmsprop/learningRate",schemaPath:"#/properties/rmsprop/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data11.decay !== undefined){
let data13 = data11.decay;
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 0.9999 || isNaN(data13)){
const err37 = {instancePath:instancePath+"/rmsprop/decay",schemaPath:"#/properties/rmsprop/properties/decay/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.9999}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(data13 < 0 || isNaN(data13)){
const err38 = {instancePath:instancePath+"/rmsprop/decay",schemaPath:"#/properties/rmsprop/properties/decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/rmsprop/decay",schemaPath:"#/properties/rmsprop/properties/decay/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data11.epsilon !== undefined){
let data14 = data11.epsilon;
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 1 || isNaN(data14)){
const err40 = {instancePath:instancePath+"/rmsprop/epsilon",schemaPath:"#/properties/rmsprop/properties/epsilon/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(data14 < 1e-16 || isNaN(data14)){
const err41 = {instancePath:instancePath+"/rmsprop/epsilon",schemaPath:"#/properties/rmsprop/properties/epsilon/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-16}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
else {
const err42 = {instancePath:instancePath+"/rmsprop/epsilon",schemaPath:"#/properties/rmsprop/properties/epsilon/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/rmsprop",schemaPath:"#/properties/rmsprop/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
else {
const err44 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
validate80.errors = vErrors;
return errors === 0;
}
validate80.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema31 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"constant":{"type":"object","additionalProperties":false},"decay":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":1},"afterEpoch":{"type":"integer","minimum":0,"maximum":1000000}}},"plateau":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":0.999999},"patience":{"type":"integer","minimum":0,"maximum":1000000},"threshold":{"type":"number","minimum":0,"maximum":0.999999}}},"cosine":{"type":"object","additionalProperties":false,"properties":{"final":{"type":"number","minimum":0,"maximum":0.999999}}}}};

function validate82(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate82.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "constant") || (key0 === "decay")) || (key0 === "plateau")) || (key0 === "cosine"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.constant !== undefined){
let data0 = data.constant;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
for(const key1 in data0){
const err3 = {instancePath:instancePath+"/constant",schemaPath:"#/properties/constant/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/constant",schemaPath:"#/properties/constant/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.decay !== undefined){
let data1 = data.decay;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
for(const key2 in data1){
if(!((key2 === "factor") || (key2 === "afterEpoch"))){
const err5 = {instancePath:instancePath+"/decay",schemaPath:"#/properties/decay/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data1.factor !== undefined){
let data2 = data1.factor;
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 1 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/decay/factor",schemaPath:"#/properties/decay/properties/factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data2 < 0.000001 || isNaN(data2)){
const err7 = {instancePath:instancePath+"/decay/factor",schemaPath:"#/properties/decay/properties/factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/decay/factor",schemaPath:"#/properties/decay/properties/factor/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data1.afterEpoch !== undefined){
let data3 = data1.afterEpoch;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err9 = {instancePath:instancePath+"/decay/afterEpoch",schemaPath:"#/properties/decay/properties/afterEpoch/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000000 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/decay/afterEpoch",schemaPath:"#/properties/decay/properties/afterEpoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data3 < 0 || isNaN(data3)){
const err11 = {instancePath:instancePath+"/decay/afterEpoch",schemaPath:"#/properties/decay/properties/afterEpoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
}
else {
const err12 = {instancePath:instancePath+"/decay",schemaPath:"#/properties/decay/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.plateau !== undefined){
let data4 = data.plateau;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key3 in data4){
if(!(((key3 === "factor") || (key3 === "patience")) || (key3 === "threshold"))){
const err13 = {instancePath:instancePath+"/plateau",schemaPath:"#/properties/plateau/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data4.factor !== undefined){
let data5 = data4.factor;
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 0.999999 || isNaN(data5)){
const err14 = {instancePath:instancePath+"/plateau/factor",schemaPath:"#/properties/plateau/properties/factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data5 < 0.000001 || isNaN(data5)){
const err15 = {instancePath:instancePath+"/plateau/factor",schemaPath:"#/properties/plateau/properties/factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/plateau/factor",schemaPath:"#/properties/plateau/properties/factor/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data4.patience !== undefined){
let data6 = data4.patience;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err17 = {instancePath:instancePath+"/plateau/patience",schemaPath:"#/properties/plateau/properties/patience/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 1000000 || isNaN(data6)){
const err18 = {instancePath:instancePath+"/plateau/patience",schemaPath:"#/properties/plateau/properties/patience/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data6 < 0 || isNaN(data6)){
const err19 = {instancePath:instancePath+"/plateau/patience",schemaPath:"#/properties/plateau/properties/patience/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
if(data4.threshold !== undefined){
let data7 = data4.threshold;
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 0.999999 || isNaN(data7)){
const err20 = {instancePath:instancePath+"/plateau/threshold",schemaPath:"#/properties/plateau/properties/threshold/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data7 < 0 || isNaN(data7)){
const err21 = {instancePath:instancePath+"/plateau/threshold",schemaPath:"#/properties/plateau/properties/threshold/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/plateau/threshold",schemaPath:"#/properties/plateau/properties/threshold/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/plateau",schemaPath:"#/properties/plateau/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data.cosine !== undefined){
let data8 = data.cosine;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key4 in data8){
if(!(key4 === "final")){
const err24 = {instancePath:instancePath+"/cosine",schemaPath:"#/properties/cosine/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data8.final !== undefined){
let data9 = data8.final;
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 0.999999 || isNaN(data9)){
const err25 = {instancePath:instancePath+"/cosine/final",schemaPath:"#/properties/cosine/properties/final/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data9 < 0 || isNaN(data9)){
const err26 = {instancePath:instancePath+"/cosine/final",schemaPath:"#/properties/cosine/properties/final/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/cosine/final",schemaPath:"#/properties/cosine/properties/final/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/cosine",schemaPath:"#/properties/cosine/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
validate82.errors = vErrors;
return errors === 0;
}
validate82.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern3 = new RegExp("^[a-z0-9][a-z0-9._-]*$", "u");
const func1 = Object.prototype.hasOwnProperty;

function validate52(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate52.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs2 = errors;
let valid1 = true;
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((data.extends === undefined) && (missing0 = "extends")){
const err0 = {};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
errors = _errs2;
if(vErrors !== null){
if(_errs2){
vErrors.length = _errs2;
}
else {
vErrors = null;
}
}
if(!_valid0){
const _errs4 = errors;
if(!(validate53(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate53.errors : vErrors.concat(validate53.errors);
errors = vErrors.length;
}
else {
var props0 = validate53.evaluated.props;
}
var _valid0 = _errs4 === errors;
valid1 = _valid0;
if(valid1){
if(props0 !== true){
props0 = props0 || {};
props0.extends = true;
}
}
}
if(!valid1){
const err1 = {instancePath,schemaPath:"#/allOf/0/if",keyword:"if",params:{failingKeyword: "else"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
const _errs6 = errors;
let valid2 = true;
const _errs7 = errors;
if(!(validate54(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate54.errors : vErrors.concat(validate54.errors);
errors = vErrors.length;
}
var _valid1 = _errs7 === errors;
errors = _errs6;
if(vErrors !== null){
if(_errs6){
vErrors.length = _errs6;
}
else {
vErrors = null;
}
}
let ifClause0;
if(_valid1){
const _errs8 = errors;
if(!(validate60(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate60.errors : vErrors.concat(validate60.errors);
errors = vErrors.length;
}
var _valid1 = _errs8 === errors;
valid2 = _valid1;
if(valid2){
var props1 = {};
props1.task = true;
props1.model = true;
props1.dropout = true;
props1.training = true;
}
ifClause0 = "then";
}
else {
const _errs9 = errors;
if(!(validate62(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var _valid1 = _errs9 === errors;
valid2 = _valid1;
if(valid2){
if(props1 !== true){
props1 = props1 || {};
props1.model = true;
}
}
ifClause0 = "else";
}
if(!valid2){
const err2 = {instancePath,schemaPath:"#/allOf/1/if",keyword:"if",params:{failingKeyword: ifClause0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(props0 !== true && props1 !== undefined){
if(props1 === true){
props0 = true;
}
else {
props0 = props0 || {};
Object.assign(props0, props1);
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((key0 === "extends") || (key0 === "corpus")) || (key0 === "task")) || (key0 === "model")) || (key0 === "dropout")) || (key0 === "training"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.extends !== undefined){
let data0 = data.extends;
if(typeof data0 === "string"){
if(data0.length < 1){
const err4 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.corpus !== undefined){
let data1 = data.corpus;
if(typeof data1 === "string"){
if(!pattern3.test(data1)){
const err6 = {instancePath:instancePath+"/corpus",schemaPath:"#/properties/corpus/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9._-]*$"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/corpus",schemaPath:"#/properties/corpus/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.task !== undefined){
let data2 = data.task;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(Object.keys(data2).length > 1){
const err8 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(Object.keys(data2).length < 1){
const err9 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key1 in data2){
if(!((key1 === "languageModelling") || (key1 === "translation"))){
const err10 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.languageModelling !== undefined){
let data3 = data2.languageModelling;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key2 in data3){
const err11 = {instancePath:instancePath+"/task/languageModelling",schemaPath:"#/properties/task/properties/languageModelling/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/task/languageModelling",schemaPath:"#/properties/task/properties/languageModelling/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.translation !== undefined){
let data4 = data2.translation;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key3 in data4){
if(!((((key3 === "stack") || (key3 === "reverseSource")) || (key3 === "attention")) || (key3 === "validation"))){
const err13 = {instancePath:instancePath+"/task/translation",schemaPath:"#/properties/task/properties/translation/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data4.stack !== undefined){
let data5 = data4.stack;
if(typeof data5 !== "string"){
const err14 = {instancePath:instancePath+"/task/translation/stack",schemaPath:"#/properties/task/properties/translation/properties/stack/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(!((data5 === "shared") || (data5 === "separate"))){
const err15 = {instancePath:instancePath+"/task/translation/stack",schemaPath:"#/properties/task/properties/translation/properties/stack/enum",keyword:"enum",params:{allowedValues: schema19.properties.task.properties.translation.properties.stack.enum}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data4.reverseSource !== undefined){
if(typeof data4.reverseSource !== "boolean"){
const err16 = {instancePath:instancePath+"/task/translation/reverseSource",schemaPath:"#/properties/task/properties/translation/properties/reverseSource/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data4.attention !== undefined){
let data7 = data4.attention;
if(typeof data7 !== "string"){
const err17 = {instancePath:instancePath+"/task/translation/attention",schemaPath:"#/properties/task/properties/translation/properties/attention/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(!(((data7 === "none") || (data7 === "dot")) || (data7 === "general"))){
const err18 = {instancePath:instancePath+"/task/translation/attention",schemaPath:"#/properties/task/properties/translation/properties/attention/enum",keyword:"enum",params:{allowedValues: schema19.properties.task.properties.translation.properties.attention.enum}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data4.validation !== undefined){
let data8 = data4.validation;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key4 in data8){
if(!(key4 === "bleu")){
const err19 = {instancePath:instancePath+"/task/translation/validation",schemaPath:"#/properties/task/properties/translation/properties/validation/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data8.bleu !== undefined){
let data9 = data8.bleu;
if((!(data9 && typeof data9 == "object" && !Array.isArray(data9))) && (data9 !== null)){
const err20 = {instancePath:instancePath+"/task/translation/validation/bleu",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/type",keyword:"type",params:{type: schema19.properties.task.properties.translation.properties.validation.properties.bleu.type}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
for(const key5 in data9){
if(!(((key5 === "everyEpochs") || (key5 === "beam")) || (key5 === "decides"))){
const err21 = {instancePath:instancePath+"/task/translation/validation/bleu",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data9.everyEpochs !== undefined){
let data10 = data9.everyEpochs;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err22 = {instancePath:instancePath+"/task/translation/validation/bleu/everyEpochs",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/properties/everyEpochs/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 1000000 || isNaN(data10)){
const err23 = {instancePath:instancePath+"/task/translation/validation/bleu/everyEpochs",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/properties/everyEpochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data10 < 1 || isNaN(data10)){
const err24 = {instancePath:instancePath+"/task/translation/validation/bleu/everyEpochs",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/properties/everyEpochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
if(data9.beam !== undefined){
let data11 = data9.beam;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err25 = {instancePath:instancePath+"/task/translation/validation/bleu/beam",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/properties/beam/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 1000 || isNaN(data11)){
const err26 = {instancePath:instancePath+"/task/translation/validation/bleu/beam",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/properties/beam/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data11 < 1 || isNaN(data11)){
const err27 = {instancePath:instancePath+"/task/translation/validation/bleu/beam",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/properties/beam/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
if(data9.decides !== undefined){
if(typeof data9.decides !== "boolean"){
const err28 = {instancePath:instancePath+"/task/translation/validation/bleu/decides",schemaPath:"#/properties/task/properties/translation/properties/validation/properties/bleu/properties/decides/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
}
}
else {
const err29 = {instancePath:instancePath+"/task/translation/validation",schemaPath:"#/properties/task/properties/translation/properties/validation/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/task/translation",schemaPath:"#/properties/task/properties/translation/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data.model !== undefined){
let data13 = data.model;
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
for(const key6 in data13){
if(!(((((((key6 === "embedding") || (key6 === "layers")) || (key6 === "tieEmbedding")) || (key6 === "forgetBias")) || (key6 === "init")) || (key6 === "context")) || (key6 === "ngram"))){
const err32 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data13.embedding !== undefined){
let data14 = data13.embedding;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err33 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 65536 || isNaN(data14)){
const err34 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(data14 < 1 || isNaN(data14)){
const err35 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
if(data13.layers !== undefined){
let data15 = data13.layers;
if(Array.isArray(data15)){
if(data15.length > 64){
const err36 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/maxItems",keyword:"maxItems",params:{limit: 64}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(data15.length < 1){
const err37 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
const len0 = data15.length;
for(let i0=0; i0<len0; i0++){
if(!(validate64(data15[i0], {instancePath:instancePath+"/model/layers/" + i0,parentData:data15,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate64.errors : vErrors.concat(validate64.errors);
errors = vErrors.length;
}
}
}
else {
const err38 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data13.tieEmbedding !== undefined){
if(typeof data13.tieEmbedding !== "boolean"){
const err39 = {instancePath:instancePath+"/model/tieEmbedding",schemaPath:"#/properties/model/properties/tieEmbedding/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data13.forgetBias !== undefined){
let data18 = data13.forgetBias;
if((!((typeof data18 == "number") && (isFinite(data18)))) && (data18 !== null)){
const err40 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/type",keyword:"type",params:{type: schema19.properties.model.properties.forgetBias.type}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 100 || isNaN(data18)){
const err41 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data18 < -100 || isNaN(data18)){
const err42 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/minimum",keyword:"minimum",params:{comparison: ">=", limit: -100}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
if(data13.init !== undefined){
if(!(validate66(data13.init, {instancePath:instancePath+"/model/init",parentData:data13,parentDataProperty:"init",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data13.context !== undefined){
let data20 = data13.context;
if((!(data20 && typeof data20 == "object" && !Array.isArray(data20))) && (data20 !== null)){
const err43 = {instancePath:instancePath+"/model/context",schemaPath:"#/properties/model/properties/context/type",keyword:"type",params:{type: schema19.properties.model.properties.context.type}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
for(const key7 in data20){
if(!((key7 === "topics") || (key7 === "decay"))){
const err44 = {instancePath:instancePath+"/model/context",schemaPath:"#/properties/model/properties/context/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data20.topics !== undefined){
let data21 = data20.topics;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err45 = {instancePath:instancePath+"/model/context/topics",schemaPath:"#/properties/model/properties/context/properties/topics/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 1024 || isNaN(data21)){
const err46 = {instancePath:instancePath+"/model/context/topics",schemaPath:"#/properties/model/properties/context/properties/topics/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1024}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(data21 < 2 || isNaN(data21)){
const err47 = {instancePath:instancePath+"/model/context/topics",schemaPath:"#/properties/model/properties/context/properties/topics/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
if(data20.decay !== undefined){
let data22 = data20.decay;
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 0.999999 || isNaN(data22)){
const err48 = {instancePath:instancePath+"/model/context/decay",schemaPath:"#/properties/model/properties/context/properties/decay/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data22 < 0 || isNaN(data22)){
const err49 = {instancePath:instancePath+"/model/context/decay",schemaPath:"#/properties/model/properties/context/properties/decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
else {
const err50 = {instancePath:instancePath+"/model/context/decay",schemaPath:"#/properties/model/properties/context/properties/decay/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
}
if(data13.ngram !== undefined){
let data23 = data13.ngram;
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
for(const key8 in data23){
if(!((key8 === "order") || (key8 === "smoothing"))){
const err51 = {instancePath:instancePath+"/model/ngram",schemaPath:"#/properties/model/properties/ngram/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data23.order !== undefined){
let data24 = data23.order;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err52 = {instancePath:instancePath+"/model/ngram/order",schemaPath:"#/properties/model/properties/ngram/properties/order/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 9 || isNaN(data24)){
const err53 = {instancePath:instancePath+"/model/ngram/order",schemaPath:"#/properties/model/properties/ngram/properties/order/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data24 < 1 || isNaN(data24)){
const err54 = {instancePath:instancePath+"/model/ngram/order",schemaPath:"#/properties/model/properties/ngram/properties/order/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
if(data23.smoothing !== undefined){
let data25 = data23.smoothing;
if(typeof data25 !== "string"){
const err55 = {instancePath:instancePath+"/model/ngram/smoothing",schemaPath:"#/properties/model/properties/ngram/properties/smoothing/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(!(data25 === "modified-kneser-ney")){
const err56 = {instancePath:instancePath+"/model/ngram/smoothing",schemaPath:"#/properties/model/properties/ngram/properties/smoothing/enum",keyword:"enum",params:{allowedValues: schema19.properties.model.properties.ngram.properties.smoothing.enum}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
else {
const err57 = {instancePath:instancePath+"/model/ngram",schemaPath:"#/properties/model/properties/ngram/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
else {
const err58 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data.dropout !== undefined){
let data26 = data.dropout;
if(data26 && typeof data26 == "object" && !Array.isArray(data26)){
for(const key9 in data26){
if(!(((((((key9 === "embedding") || (key9 === "input")) || (key9 === "between")) || (key9 === "output")) || (key9 === "recurrent")) || (key9 === "recurrentWeight")) || (key9 === "zoneout"))){
const err59 = {instancePath:instancePath+"/dropout",schemaPath:"#/properties/dropout/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data26.embedding !== undefined){
let data27 = data26.embedding;
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
for(const key10 in data27){
if(!(key10 === "rate")){
const err60 = {instancePath:instancePath+"/dropout/embedding",schemaPath:"#/properties/dropout/properties/embedding/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data27.rate !== undefined){
if(!(validate68(data27.rate, {instancePath:instancePath+"/dropout/embedding/rate",parentData:data27,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
}
else {
const err61 = {instancePath:instancePath+"/dropout/embedding",schemaPath:"#/properties/dropout/properties/embedding/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data26.input !== undefined){
if(!(validate70(data26.input, {instancePath:instancePath+"/dropout/input",parentData:data26,parentDataProperty:"input",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
}
if(data26.between !== undefined){
if(!(validate70(data26.between, {instancePath:instancePath+"/dropout/between",parentData:data26,parentDataProperty:"between",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
}
if(data26.output !== undefined){
let data31 = data26.output;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
for(const key11 in data31){
if(!((key11 === "rate") || (key11 === "mask"))){
const err62 = {instancePath:instancePath+"/dropout/output",schemaPath:"#/properties/dropout/properties/output/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data31.rate !== undefined){
if(!(validate68(data31.rate, {instancePath:instancePath+"/dropout/output/rate",parentData:data31,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
if(data31.mask !== undefined){
if(!(validate72(data31.mask, {instancePath:instancePath+"/dropout/output/mask",parentData:data31,parentDataProperty:"mask",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate72.errors : vErrors.concat(validate72.errors);
errors = vErrors.length;
}
}
}
else {
const err63 = {instancePath:instancePath+"/dropout/output",schemaPath:"#/properties/dropout/properties/output/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data26.recurrent !== undefined){
if(!(validate70(data26.recurrent, {instancePath:instancePath+"/dropout/recurrent",parentData:data26,parentDataProperty:"recurrent",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
}
if(data26.recurrentWeight !== undefined){
let data35 = data26.recurrentWeight;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
for(const key12 in data35){
if(!(key12 === "rate")){
const err64 = {instancePath:instancePath+"/dropout/recurrentWeight",schemaPath:"#/properties/dropout/properties/recurrentWeight/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data35.rate !== undefined){
if(!(validate68(data35.rate, {instancePath:instancePath+"/dropout/recurrentWeight/rate",parentData:data35,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
}
else {
const err65 = {instancePath:instancePath+"/dropout/recurrentWeight",schemaPath:"#/properties/dropout/properties/recurrentWeight/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data26.zoneout !== undefined){
let data37 = data26.zoneout;
if(data37 && typeof data37 == "object" && !Array.isArray(data37)){
for(const key13 in data37){
if(!((key13 === "cell") || (key13 === "hidden"))){
const err66 = {instancePath:instancePath+"/dropout/zoneout",schemaPath:"#/properties/dropout/properties/zoneout/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data37.cell !== undefined){
let data38 = data37.cell;
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 > 0.999 || isNaN(data38)){
const err67 = {instancePath:instancePath+"/dropout/zoneout/cell",schemaPath:"#/properties/dropout/properties/zoneout/properties/cell/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(data38 < 0 || isNaN(data38)){
const err68 = {instancePath:instancePath+"/dropout/zoneout/cell",schemaPath:"#/properties/dropout/properties/zoneout/properties/cell/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
else {
const err69 = {instancePath:instancePath+"/dropout/zoneout/cell",schemaPath:"#/properties/dropout/properties/zoneout/properties/cell/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data37.hidden !== undefined){
let data39 = data37.hidden;
if((typeof data39 == "number") && (isFinite(data39))){
if(data39 > 0.999 || isNaN(data39)){
const err70 = {instancePath:instancePath+"/dropout/zoneout/hidden",schemaPath:"#/properties/dropout/properties/zoneout/properties/hidden/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data39 < 0 || isNaN(data39)){
const err71 = {instancePath:instancePath+"/dropout/zoneout/hidden",schemaPath:"#/properties/dropout/properties/zoneout/properties/hidden/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
else {
const err72 = {instancePath:instancePath+"/dropout/zoneout/hidden",schemaPath:"#/properties/dropout/properties/zoneout/properties/hidden/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
}
else {
const err73 = {instancePath:instancePath+"/dropout/zoneout",schemaPath:"#/properties/dropout/properties/zoneout/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
else {
const err74 = {instancePath:instancePath+"/dropout",schemaPath:"#/properties/dropout/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data.training !== undefined){
let data40 = data.training;
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
for(const key14 in data40){
if(!(func1.call(schema19.properties.training.properties, key14))){
const err75 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data40.batchSize !== undefined){
let data41 = data40.batchSize;
if(!(((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41))) && (isFinite(data41)))){
const err76 = {instancePath:instancePath+"/training/batchSize",schemaPath:"#/properties/training/properties/batchSize/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 > 65536 || isNaN(data41)){
const err77 = {instancePath:instancePath+"/training/batchSize",schemaPath:"#/properties/training/properties/batchSize/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data41 < 1 || isNaN(data41)){
const err78 = {instancePath:instancePath+"/training/batchSize",schemaPath:"#/properties/training/properties/batchSize/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
}
if(data40.batchTokens !== undefined){
let data42 = data40.batchTokens;
if((!(((typeof data42 == "number") && (!(data42 % 1) && !isNaN(data42))) && (isFinite(data42)))) && (data42 !== null)){
const err79 = {instancePath:instancePath+"/training/batchTokens",schemaPath:"#/properties/training/properties/batchTokens/type",keyword:"type",params:{type: schema19.properties.training.properties.batchTokens.type}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if((typeof data42 == "number") && (isFinite(data42))){
if(data42 > 16777216 || isNaN(data42)){
const err80 = {instancePath:instancePath+"/training/batchTokens",schemaPath:"#/properties/training/properties/batchTokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16777216}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data42 < 1 || isNaN(data42)){
const err81 = {instancePath:instancePath+"/training/batchTokens",schemaPath:"#/properties/training/properties/batchTokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
if(data40.bptt !== undefined){
let data43 = data40.bptt;
if(!(((typeof data43 == "number") && (!(data43 % 1) && !isNaN(data43))) && (isFinite(data43)))){
const err82 = {instancePath:instancePath+"/training/bptt",schemaPath:"#/properties/training/properties/bptt/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if((typeof data43 == "number") && (isFinite(data43))){
if(data43 > 65536 || isNaN(data43)){
const err83 = {instancePath:instancePath+"/training/bptt",schemaPath:"#/properties/training/properties/bptt/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if(data43 < 1 || isNaN(data43)){
const err84 = {instancePath:instancePath+"/training/bptt",schemaPath:"#/properties/training/properties/bptt/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
}
if(data40.sentences !== undefined){
if(typeof data40.sentences !== "boolean"){
const err85 = {instancePath:instancePath+"/training/sentences",schemaPath:"#/properties/training/properties/sentences/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data40.randomBptt !== undefined){
let data45 = data40.randomBptt;
if((!(data45 && typeof data45 == "object" && !Array.isArray(data45))) && (data45 !== null)){
const err86 = {instancePath:instancePath+"/training/randomBptt",schemaPath:"#/properties/training/properties/randomBptt/type",keyword:"type",params:{type: schema19.properties.training.properties.randomBptt.type}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data45 && typeof data45 == "object" && !Array.isArray(data45)){
for(const key15 in data45){
if(!(((key15 === "halve") || (key15 === "deviation")) || (key15 === "minimum"))){
const err87 = {instancePath:instancePath+"/training/randomBptt",schemaPath:"#/properties/training/properties/randomBptt/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data45.halve !== undefined){
let data46 = data45.halve;
if((typeof data46 == "number") && (isFinite(data46))){
if(data46 > 1 || isNaN(data46)){
const err88 = {instancePath:instancePath+"/training/randomBptt/halve",schemaPath:"#/properties/training/properties/randomBptt/properties/halve/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if(data46 < 0 || isNaN(data46)){
const err89 = {instancePath:instancePath+"/training/randomBptt/halve",schemaPath:"#/properties/training/properties/randomBptt/properties/halve/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
else {
const err90 = {instancePath:instancePath+"/training/randomBptt/halve",schemaPath:"#/properties/training/properties/randomBptt/properties/halve/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data45.deviation !== undefined){
let data47 = data45.deviation;
if((typeof data47 == "number") && (isFinite(data47))){
if(data47 > 65536 || isNaN(data47)){
const err91 = {instancePath:instancePath+"/training/randomBptt/deviation",schemaPath:"#/properties/training/properties/randomBptt/properties/deviation/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if(data47 < 0 || isNaN(data47)){
const err92 = {instancePath:instancePath+"/training/randomBptt/deviation",schemaPath:"#/properties/training/properties/randomBptt/properties/deviation/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
else {
const err93 = {instancePath:instancePath+"/training/randomBptt/deviation",schemaPath:"#/properties/training/properties/randomBptt/properties/deviation/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(data45.minimum !== undefined){
let data48 = data45.minimum;
if(!(((typeof data48 == "number") && (!(data48 % 1) && !isNaN(data48))) && (isFinite(data48)))){
const err94 = {instancePath:instancePath+"/training/randomBptt/minimum",schemaPath:"#/properties/training/properties/randomBptt/properties/minimum/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
if((typeof data48 == "number") && (isFinite(data48))){
if(data48 > 65536 || isNaN(data48)){
const err95 = {instancePath:instancePath+"/training/randomBptt/minimum",schemaPath:"#/properties/training/properties/randomBptt/properties/minimum/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
if(data48 < 1 || isNaN(data48)){
const err96 = {instancePath:instancePath+"/training/randomBptt/minimum",schemaPath:"#/properties/training/properties/randomBptt/properties/minimum/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
}
}
}
if(data40.epochs !== undefined){
let data49 = data40.epochs;
if(!(((typeof data49 == "number") && (!(data49 % 1) && !isNaN(data49))) && (isFinite(data49)))){
const err97 = {instancePath:instancePath+"/training/epochs",schemaPath:"#/properties/training/properties/epochs/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if((typeof data49 == "number") && (isFinite(data49))){
if(data49 > 1000000 || isNaN(data49)){
const err98 = {instancePath:instancePath+"/training/epochs",schemaPath:"#/properties/training/properties/epochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(data49 < 1 || isNaN(data49)){
const err99 = {instancePath:instancePath+"/training/epochs",schemaPath:"#/properties/training/properties/epochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
}
if(data40.tokens !== undefined){
let data50 = data40.tokens;
if((!(((typeof data50 == "number") && (!(data50 % 1) && !isNaN(data50))) && (isFinite(data50)))) && (data50 !== null)){
const err100 = {instancePath:instancePath+"/training/tokens",schemaPath:"#/properties/training/properties/tokens/type",keyword:"type",params:{type: schema19.properties.training.properties.tokens.type}};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if((typeof data50 == "number") && (isFinite(data50))){
if(data50 > 9007199254740991 || isNaN(data50)){
const err101 = {instancePath:instancePath+"/training/tokens",schemaPath:"#/properties/training/properties/tokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991}};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
if(data50 < 2 || isNaN(data50)){
const err102 = {instancePath:instancePath+"/training/tokens",schemaPath:"#/properties/training/properties/tokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2}};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
}
if(data40.windowsPerEpoch !== undefined){
let data51 = data40.windowsPerEpoch;
if((!(((typeof data51 == "number") && (!(data51 % 1) && !isNaN(data51))) && (isFinite(data51)))) && (data51 !== null)){
const err103 = {instancePath:instancePath+"/training/windowsPerEpoch",schemaPath:"#/properties/training/properties/windowsPerEpoch/type",keyword:"type",params:{type: schema19.properties.training.properties.windowsPerEpoch.type}};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
if((typeof data51 == "number") && (isFinite(data51))){
if(data51 > 4294967295 || isNaN(data51)){
const err104 = {instancePath:instancePath+"/training/windowsPerEpoch",schemaPath:"#/properties/training/properties/windowsPerEpoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295}};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
if(data51 < 1 || isNaN(data51)){
const err105 = {instancePath:instancePath+"/training/windowsPerEpoch",schemaPath:"#/properties/training/properties/windowsPerEpoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
}
if(data40.loss !== undefined){
let data52 = data40.loss;
if(typeof data52 !== "string"){
const err106 = {instancePath:instancePath+"/training/loss",schemaPath:"#/properties/training/properties/loss/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
if(!((data52 === "sum") || (data52 === "mean"))){
const err107 = {instancePath:instancePath+"/training/loss",schemaPath:"#/properties/training/properties/loss/enum",keyword:"enum",params:{allowedValues: schema19.properties.training.properties.loss.enum}};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
if(data40.clipNorm !== undefined){
let data53 = data40.clipNorm;
if((!((typeof data53 == "number") && (isFinite(data53)))) && (data53 !== null)){
const err108 = {instancePath:instancePath+"/training/clipNorm",schemaPath:"#/properties/training/properties/clipNorm/type",keyword:"type",params:{type: schema19.properties.training.properties.clipNorm.type}};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
if((typeof data53 == "number") && (isFinite(data53))){
if(data53 > 1000000 || isNaN(data53)){
const err109 = {instancePath:instancePath+"/training/clipNorm",schemaPath:"#/properties/training/properties/clipNorm/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
if(data53 < 0.000001 || isNaN(data53)){
const err110 = {instancePath:instancePath+"/training/clipNorm",schemaPath:"#/properties/training/properties/clipNorm/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
}
if(data40.clipValue !== undefined){
let data54 = data40.clipValue;
if((!((typeof data54 == "number") && (isFinite(data54)))) && (data54 !== null)){
const err111 = {instancePath:instancePath+"/training/clipValue",schemaPath:"#/properties/training/properties/clipValue/type",keyword:"type",params:{type: schema19.properties.training.properties.clipValue.type}};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
if((typeof data54 == "number") && (isFinite(data54))){
if(data54 > 1000000 || isNaN(data54)){
const err112 = {instancePath:instancePath+"/training/clipValue",schemaPath:"#/properties/training/properties/clipValue/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
if(data54 < 0.000001 || isNaN(data54)){
const err113 = {instancePath:instancePath+"/training/clipValue",schemaPath:"#/properties/training/properties/clipValue/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
}
if(data40.weightDecay !== undefined){
let data55 = data40.weightDecay;
if((typeof data55 == "number") && (isFinite(data55))){
if(data55 > 1 || isNaN(data55)){
const err114 = {instancePath:instancePath+"/training/weightDecay",schemaPath:"#/properties/training/properties/weightDecay/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
if(data55 < 0 || isNaN(data55)){
const err115 = {instancePath:instancePath+"/training/weightDecay",schemaPath:"#/properties/training/properties/weightDecay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
else {
const err116 = {instancePath:instancePath+"/training/weightDecay",schemaPath:"#/properties/training/properties/weightDecay/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
if(data40.activationRegularization !== undefined){
let data56 = data40.activationRegularization;
if((typeof data56 == "number") && (isFinite(data56))){
if(data56 > 10000 || isNaN(data56)){
const err117 = {instancePath:instancePath+"/training/activationRegularization",schemaPath:"#/properties/training/properties/activationRegularization/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000}};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if(data56 < 0 || isNaN(data56)){
const err118 = {instancePath:instancePath+"/training/activationRegularization",schemaPath:"#/properties/training/properties/activationRegularization/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
else {
const err119 = {instancePath:instancePath+"/training/activationRegularization",schemaPath:"#/properties/training/properties/activationRegularization/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
if(data40.temporalActivationRegularization !== undefined){
let data57 = data40.temporalActivationRegularization;
if((typeof data57 == "number") && (isFinite(data57))){
if(data57 > 10000 || isNaN(data57)){
const err120 = {instancePath:instancePath+"/training/temporalActivationRegularization",schemaPath:"#/properties/training/properties/temporalActivationRegularization/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000}};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
if(data57 < 0 || isNaN(data57)){
const err121 = {instancePath:instancePath+"/training/temporalActivationRegularization",schemaPath:"#/properties/training/properties/temporalActivationRegularization/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
else {
const err122 = {instancePath:instancePath+"/training/temporalActivationRegularization",schemaPath:"#/properties/training/properties/temporalActivationRegularization/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data40.optimizer !== undefined){
if(!(validate80(data40.optimizer, {instancePath:instancePath+"/training/optimizer",parentData:data40,parentDataProperty:"optimizer",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate80.errors : vErrors.concat(validate80.errors);
errors = vErrors.length;
}
}
if(data40.schedule !== undefined){
if(!(validate82(data40.schedule, {instancePath:instancePath+"/training/schedule",parentData:data40,parentDataProperty:"schedule",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate82.errors : vErrors.concat(validate82.errors);
errors = vErrors.length;
}
}
if(data40.earlyStopping !== undefined){
let data60 = data40.earlyStopping;
if((!(data60 && typeof data60 == "object" && !Array.isArray(data60))) && (data60 !== null)){
const err123 = {instancePath:instancePath+"/training/earlyStopping",schemaPath:"#/properties/training/properties/earlyStopping/type",keyword:"type",params:{type: schema19.properties.training.properties.earlyStopping.type}};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if(data60 && typeof data60 == "object" && !Array.isArray(data60)){
for(const key16 in data60){
if(!(key16 === "patience")){
const err124 = {instancePath:instancePath+"/training/earlyStopping",schemaPath:"#/properties/training/properties/earlyStopping/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16}};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data60.patience !== undefined){
let data61 = data60.patience;
if(!(((typeof data61 == "number") && (!(data61 % 1) && !isNaN(data61))) && (isFinite(data61)))){
const err125 = {instancePath:instancePath+"/training/earlyStopping/patience",schemaPath:"#/properties/training/properties/earlyStopping/properties/patience/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if((typeof data61 == "number") && (isFinite(data61))){
if(data61 > 1000000 || isNaN(data61)){
const err126 = {instancePath:instancePath+"/training/earlyStopping/patience",schemaPath:"#/properties/training/properties/earlyStopping/properties/patience/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if(data61 < 1 || isNaN(data61)){
const err127 = {instancePath:instancePath+"/training/earlyStopping/patience",schemaPath:"#/properties/training/properties/earlyStopping/properties/patience/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
}
}
}
if(data40.checkpoint !== undefined){
let data62 = data40.checkpoint;
if(data62 && typeof data62 == "object" && !Array.isArray(data62)){
for(const key17 in data62){
if(!(key17 === "everyMinutes")){
const err128 = {instancePath:instancePath+"/training/checkpoint",schemaPath:"#/properties/training/properties/checkpoint/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17}};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
if(data62.everyMinutes !== undefined){
let data63 = data62.everyMinutes;
if((typeof data63 == "number") && (isFinite(data63))){
if(data63 > 1000000 || isNaN(data63)){
const err129 = {instancePath:instancePath+"/training/checkpoint/everyMinutes",schemaPath:"#/properties/training/properties/checkpoint/properties/everyMinutes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(data63 < 0.00001 || isNaN(data63)){
const err130 = {instancePath:instancePath+"/training/checkpoint/everyMinutes",schemaPath:"#/properties/training/properties/checkpoint/properties/everyMinutes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.00001}};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
else {
const err131 = {instancePath:instancePath+"/training/checkpoint/everyMinutes",schemaPath:"#/properties/training/properties/checkpoint/properties/everyMinutes/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
}
}
else {
const err132 = {instancePath:instancePath+"/training/checkpoint",schemaPath:"#/properties/training/properties/checkpoint/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
if(data40.precision !== undefined){
let data64 = data40.precision;
if(typeof data64 !== "string"){
const err133 = {instancePath:instancePath+"/training/precision",schemaPath:"#/properties/training/properties/precision/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
if(!(((data64 === "f32") || (data64 === "tf32")) || (data64 === "mixed"))){
const err134 = {instancePath:instancePath+"/training/precision",schemaPath:"#/properties/training/properties/precision/enum",keyword:"enum",params:{allowedValues: schema19.properties.training.properties.precision.enum}};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
if(data40.seed !== undefined){
let data65 = data40.seed;
if(!(((typeof data65 == "number") && (!(data65 % 1) && !isNaN(data65))) && (isFinite(data65)))){
const err135 = {instancePath:instancePath+"/training/seed",schemaPath:"#/properties/training/properties/seed/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
if((typeof data65 == "number") && (isFinite(data65))){
if(data65 > 4294967295 || isNaN(data65)){
const err136 = {instancePath:instancePath+"/training/seed",schemaPath:"#/properties/training/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295}};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
if(data65 < 0 || isNaN(data65)){
const err137 = {instancePath:instancePath+"/training/seed",schemaPath:"#/properties/training/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
}
}
else {
const err138 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
}
else {
const err139 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
validate52.errors = vErrors;
return errors === 0;
}
validate52.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

